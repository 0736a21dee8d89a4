import { monthIn } from "../../../src/domain/local-calendar.ts";
import { reconcileNow } from "../../../src/services/reconciling/start-run.ts";
import { engines } from "../../support/engines.ts";
import { closeAll, composed, lineOf, saleOf, transactionEvent } from "../composed.ts";

afterEach(closeAll);

test.each(engines)("a Paddle document that gave credit has no money on its way on $name", async (engine) => {
  const books = await composed(await engine.freshDatabaseUrl());
  const told = transactionEvent(saleOf(1, [lineOf("a", "pri_plan", -3000)]), "paid");
  // Paddle states neither fee nor earnings of what it never draws.
  const withoutFee = JSON.stringify(told).replaceAll(/"(fee|earnings)":-?"?-?\d+"?/g, '"$1":null');
  await books.receive(JSON.parse(withoutFee));
  const month = monthIn("2026-01", "UTC");
  if (month === undefined) throw new Error("no January");
  const about = { provider: "paddle", account: "default", level: "settlement", currency: null } as const;
  const run = await reconcileNow(
    books.tallyhook.services,
    { ...about, from: month.from, to: month.to, zone: "UTC", payoutRef: null, statementIds: [] },
    { by: "the test", stopping: new AbortController().signal },
  );
  expect(run.counts).toEqual({ credit_not_drawn: 1 });
});
