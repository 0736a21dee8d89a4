import { accountName } from "../../src/services/export/hledger.ts";
import { buildWorld } from "../../src/simulator/world.ts";
import { execute } from "../services/planted-trigger.ts";
import { post, startServer } from "../simulator/against-a-server.ts";
import { engines } from "../support/engines.ts";
import { journalCheckers } from "../support/journal-checkers.ts";
import { type WithAllFixtures, withAllFixtures } from "./all-fixtures.ts";
import { keys, type Running } from "./running.ts";

const journalOf = async (running: Running, query = "") =>
  (await running.get<string>(`/v1/exports/journal.hledger${query}`)).body;

/** What our own trial balance says, in hledger's names. */
async function ours(running: Running, at = ""): Promise<Map<string, bigint>> {
  const held = new Map<string, bigint>();
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const after: string = cursor === null ? "" : `&cursor=${cursor}`;
    const { body } = await running.get<{
      data: { account: string; currency: string; balance: string }[];
      next_cursor: string | null;
    }>(`/v1/accounts?limit=200${at}${after}`);
    for (const { account, currency, balance } of body.data)
      if (balance !== "0") held.set(`${accountName(account)} ${currency}c`, BigInt(balance));
    cursor = body.next_cursor;
  }
  return new Map([...held].sort());
}

const checkers = journalCheckers();

describe.each(engines)("the journal of all fixtures on $name", (engine) => {
  let running: WithAllFixtures;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
  });
  afterAll(() => running.close());

  test.each(checkers)("is accepted by $name, which finds our balances", async ({ balances }) => {
    const expected = await ours(running);
    expect(expected.size).toBeGreaterThan(50);
    expect(balances(await journalOf(running))).toEqual(expected);
  });

  test.each(checkers)("begins with what there was before, for $name", async ({ balances }) => {
    const { body } = await running.get<{ data: { posted_at: string }[] }>("/v1/entries?limit=100");
    const from = body.data[body.data.length / 2]?.posted_at;
    const journal = await journalOf(running, `?from=${from}`);
    expect(journal).toContain("opening balances");
    expect(journal.length).toBeLessThan((await journalOf(running)).length);
    expect(balances(journal)).toEqual(await ours(running));
    const before = await journalOf(running, `?to=${from}`);
    expect(balances(before)).not.toEqual(await ours(running));
  });

  test("each entry has the day at the provider as its second date", async () => {
    const { body } = await running.get<{ data: { id: string; posted_at: string; effective_at: string }[] }>(
      "/v1/entries?limit=100",
    );
    const journal = await journalOf(running);
    const [entry] = body.data.filter(
      ({ posted_at, effective_at }) => posted_at.slice(0, 10) !== effective_at.slice(0, 10),
    );
    expect(journal).toMatch(
      new RegExp(
        `^${entry?.posted_at.slice(0, 10)}=${entry?.effective_at.slice(0, 10)} \\S+ ${entry?.id}$`,
        "m",
      ),
    );
  });

  test.each(checkers)("is refused by $name once a cent of it is changed", async ({ balances }) => {
    const journal = await journalOf(running);
    const [line, account, amount, commodity] = /^ {4}(\S+) {2}(-?\d+) (\w+)$/m.exec(journal) ?? [];
    const another = `    ${account}  ${BigInt(amount ?? "") + 1n} ${commodity}`;
    expect(() => balances(journal.replace(line ?? "", another))).toThrow();
    // Two changes that cancel out: only what the accounts should hold tells.
    const [, entry] =
      /\n(\d{4}-\d\d-\d\d=\S+ \S+ \S+\n {4};.*\n(?: {4}\S+ {2}-?\d+ \w+\n)+)/.exec(journal) ?? [];
    expect(() => balances(journal.replace(entry ?? "", ""))).toThrow();
    expect(() => balances(journal.replace(`account ${account}\n`, ""))).toThrow();
  });
});

describe.each(engines)("the journal of a simulated world on $name", ({ freshDatabaseUrl }) => {
  test("is accepted, with our balances, and whatever customers are called", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await startServer(databaseUrl);
    const world = buildWorld({ customers: 5, months: 2, seed: "journal" });
    await post(running, world.emissions, 8);
    for (const { balances } of checkers)
      expect(balances(await journalOf(running))).toEqual(await ours(running));

    const odd = ["a  b", "a b", "a;b", "a%20b", "Ünï漢", "a::b", "a:", "x = 5", "(a)", "*a", "\ta", 'a"b'];
    for (const [index, ref] of odd.entries())
      await execute(
        databaseUrl,
        `update accounts set path = 'liabilities:customer_credit:stripe:default:${ref}' where no = (
          select no from accounts where path like 'liabilities:wallet:%' order by no limit 1
        ) and ${index} >= 0`,
      );
    const expected = await ours(running);
    expect([...expected.keys()].filter((name) => name.includes("customer_credit")).length).toBeGreaterThan(5);
    for (const { balances } of checkers) expect(balances(await journalOf(running))).toEqual(expected);
    await running.close();
  });
});

test("accounts that differ keep names that differ, in plain ASCII", () => {
  const paths = ["a b", "a%20b", "a  b", "a;b", "é", "e", "a:b", "a::b", "a:%3Ab", "a:", "a%3A"];
  const names = paths.map(accountName);
  expect(new Set(names).size).toBe(paths.length);
  for (const name of names) expect(name).toMatch(/^[\x21-\x7e]+$/);
  expect(accountName("liabilities:wallet:wal_1:paid")).toBe("liabilities:wallet:wal_1:paid");
});

test("the journal is for those who may read", async () => {
  const running = await startServer((await engines[0]?.freshDatabaseUrl()) ?? "");
  expect(await journalOf(running)).toContain("; The ledger");
  expect((await running.get("/v1/exports/journal.hledger", keys.app)).status).toBe(403);
  expect((await running.get("/v1/exports/journal.hledger?clock=posted")).status).toBe(400);
  await running.close();
});
