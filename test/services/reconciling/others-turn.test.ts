import { setImmediate as nextTurn } from "node:timers/promises";
import { readConfig } from "../../../src/config.ts";
import { reconcileNow } from "../../../src/services/reconciling/start-run.ts";
import { compose } from "../../../src/tallyhook.ts";
import { differing, fillWithBalanceRows } from "../../bench/balance-rows.ts";
import { engines } from "../../support/engines.ts";

const count = 6_000;
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const sqlite = engines.filter(({ name }) => name === "sqlite");

test.each(sqlite)("on $name a long run lets everything else have its turn, page by page", async (engine) => {
  const databaseUrl = await engine.freshDatabaseUrl();
  const { source, statement, from, to } = fillWithBalanceRows(databaseUrl.slice("sqlite:".length), count);
  const { services, close } = await compose(readConfig({ DATABASE_URL: databaseUrl }), { logger: silent });
  const window = { level: "settlement", from, to, zone: "UTC", currency: null, payoutRef: null } as const;
  const stopping = new AbortController().signal;
  let isOver = false;
  const run = reconcileNow(
    services,
    { ...source, ...window, statementIds: [statement] },
    { by: "tests", stopping },
  ).finally(() => {
    isOver = true;
  });
  let turns = 0;
  for (; !isOver; turns++) await nextTurn();
  expect((await run).counts).toEqual({
    matched: count - 2 * differing,
    differs: differing,
    missing_here: differing,
  });
  // The report in stretches, then ours in pages.
  expect(turns).toBeGreaterThan(count / 2_000 + count / 1_000);
  await close();
});
