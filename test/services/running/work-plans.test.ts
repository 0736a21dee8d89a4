import { readFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { runDue } from "../../../src/services/running/run-due.ts";
import { unreadableEvents } from "../../../src/store/inbox/read/inbox-state.ts";
import { pendingRefs, unseenRefs } from "../../../src/store/inbox/read/waiting-refs.ts";
import { engines } from "../../support/engines.ts";
import { preparedDuring } from "../../support/prepared.ts";
import { projectRoot } from "../../support/project-root.ts";
import { closeAll, composed } from "../composed.ts";

afterEach(closeAll);

/** What grows with the traffic: nothing that is looked for twice a second may go through all of it. */
const growing = [
  "events",
  "facts",
  "charges",
  "movements",
  "payouts",
  "entries",
  "postings",
  "wallets",
  "wallet_lines",
  "lots",
  "usage",
  "holds",
  "outbox",
  "discrepancies",
  "actions",
];

/** Reads on from a mark, so that each row is read once; and the rows that came last, so many of them. */
const goesOn =
  /account_days_mark|up_to|^select "no" from "charges" order by "no" desc limit \?$|order by no desc limit \?\s*\) latest/;

const nobody = "http://127.0.0.1:1";

test("on SQLite no work that is due is looked for by going through a table that grows with the traffic", async () => {
  const databaseUrl = (await engines[0]?.freshDatabaseUrl()) as string;
  const statements = await preparedDuring(async () => {
    const { tallyhook, receive } = await composed(databaseUrl, {
      environment: {
        PADDLE_API_KEY: "pdl_sdbx_apikey_of-the-plans",
        PADDLE_API_URL: nobody,
        STRIPE_API_KEY: "sk_test_of-the-plans",
        STRIPE_API_URL: nobody,
      },
    });
    const fixture = "fixtures/paddle/transaction.completed/seed.json";
    await receive(readFileSync(join(projectRoot, fixture)));
    const { store } = tallyhook.services;
    await runDue(tallyhook.services, {
      seconds: 60,
      sender: null,
      backfillEvery: null,
      reconcileEvery: null,
    });
    const asked = { provider: "stripe", account: "default", after: -1n, limit: 1 };
    await unseenRefs(store.read, asked);
    await pendingRefs(store.read, asked);
    await unreadableEvents(store.read);
  });
  const database = new BetterSqlite3(databaseUrl.slice("sqlite:".length), { readonly: true });
  const looked = [...statements].filter((sql) => /^\s*(?:select|with)/i.test(sql));
  const through = looked.flatMap((sql) => {
    const parameters = Array.from(sql.matchAll(/\?/g), () => null);
    const plan = database.prepare(`explain query plan ${sql}`).all(...parameters) as { detail: string }[];
    return plan
      .filter(({ detail }) => {
        const [, table = ""] =
          /^SCAN (\S+)(?! USING (?:COVERING )?INDEX \w+_(?:open|due|not_pinned|running|corrected)\b)/.exec(
            detail,
          ) ??
          /^SEARCH (\S+) USING INTEGER PRIMARY KEY \(rowid>\?\)/.exec(detail) ??
          [];
        return growing.includes(table) && !goesOn.test(sql);
      })
      .map(({ detail }) => `${detail} <- ${sql.replaceAll(/\s+/g, " ").slice(0, 200)}`);
  });
  database.close();
  expect(looked.length).toBeGreaterThan(20);
  expect(through).toEqual([]);
});
