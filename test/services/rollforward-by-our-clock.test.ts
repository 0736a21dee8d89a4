import { monthIn } from "../../src/domain/local-calendar.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { rollForward } from "../../src/services/export/rollforward.ts";
import { engines } from "../support/engines.ts";
import { type Composed, closeAll, composed, lineOf, saleOf, transactionEvent } from "./composed.ts";

afterEach(closeAll);

const thirtyDays = 30 * 86_400;
const downgrade = (index: number, credit: number) =>
  transactionEvent(saleOf(index, [lineOf(`d${index}`, "pri_plan", -credit)]), "paid");
const renewal = (index: number, total: number) =>
  transactionEvent(saleOf(index, [lineOf(`r${index}`, "pri_plan", total)], { creditPart: 500 }));
const inEuro = (event: object): object => JSON.parse(JSON.stringify(event).replaceAll('"USD"', '"EUR"'));

function posted({ tallyhook: { services } }: Composed, name: string) {
  const month = monthIn(name, "UTC");
  if (month === undefined) throw new Error(name);
  return rollForward(services, { month, clock: "posted" });
}

const creditOf = (rolled: Awaited<ReturnType<typeof posted>>) =>
  rolled
    .filter(({ of }) => of === "provider_credit")
    .map(({ currency, opening, lines, closing }) => [
      currency,
      opening,
      lines.issued,
      lines.applied,
      closing,
    ]);

test.each(engines)("a month that is over by our clock never changes again on $name", async (engine) => {
  const books = await composed(await engine.freshDatabaseUrl());
  await books.receive(downgrade(1, 3000));
  await books.receive(renewal(2, 1000));
  books.clock.advance(thirtyDays);
  const january = await posted(books, "2026-01");
  expect(creditOf(january)).toEqual([["USD", 0n, 3000n, -500n, 2500n]]);

  await books.receive(downgrade(3, 700));
  await books.receive(renewal(4, 2000));
  await books.receive(inEuro(downgrade(5, 100)));
  expect(await posted(books, "2026-01")).toEqual(january);
  const february = await posted(books, "2026-02");
  expect(creditOf(february)).toEqual([
    ["EUR", 0n, 100n, 0n, 100n],
    ["USD", 2500n, 700n, -1000n, 2200n],
  ]);
  expect([...january, ...february].every(({ ties }) => ties)).toBe(true);
  expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
});
