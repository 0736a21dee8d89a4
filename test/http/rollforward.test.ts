import { parse } from "csv-parse/sync";
import { formatInstant, parseInstant } from "../../src/domain/time.ts";
import { engines } from "../support/engines.ts";
import { withAllFixtures } from "./all-fixtures.ts";
import type { Running } from "./running.ts";

interface Page {
  readonly data: Record<string, string>[];
  readonly next_cursor: string | null;
}
interface Rolled {
  readonly of: string;
  readonly provider: string | null;
  readonly currency: string;
  readonly opening: string;
  readonly lines: Readonly<Record<string, string>>;
  readonly closing: string;
  readonly of_which_tax: string | null;
  readonly ties: boolean;
}
interface Entry extends Readonly<Record<string, unknown>> {
  readonly postings: readonly {
    readonly account: string;
    readonly currency: string;
    readonly amount: string;
  }[];
}
interface Report {
  readonly ties: boolean;
  readonly data: readonly Rolled[];
}

const thisMonth = new Date().toISOString().slice(0, 7);
const nextMonth = (month: string, after = 1) =>
  new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + after)).toISOString().slice(0, 7);
const nameOf = ({ of, provider, currency }: Rolled) => `${of} ${provider} ${currency}`;
const total = (rows: readonly Record<string, string>[], field: string, currency: string) =>
  rows
    .filter((row) => row.currency === currency)
    .reduce((sum, row) => sum + BigInt(row[field] ?? "0"), 0n)
    .toString();

describe.each(engines)("the roll-forward on $name", (engine) => {
  let running: Running;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
  });
  afterAll(() => running.close());

  const report = async (query: string): Promise<Report> =>
    (await running.get<Report>(`/v1/reports/rollforward?${query}`)).body;
  const rows = async (list: string) => {
    const found: Record<string, string>[] = [];
    for (let cursor: string | null = "", after = ""; cursor !== null; after = `&cursor=${cursor}`) {
      const { body } = await running.get<Page>(`/v1/${list}${after}`);
      found.push(...body.data);
      cursor = body.next_cursor;
    }
    return found;
  };

  test("of this month ends with what the wallets have, and ties", async () => {
    const { ties, data } = await report(`month=${thisMonth}`);
    expect([ties, data.length > 5]).toEqual([true, true]);
    const wallets = await rows("wallets?limit=200");
    for (const { of, currency, opening, closing, lines } of data) {
      if (of !== "provider_credit") expect([of, opening]).toEqual([of, "0"]);
      expect(lines.linked ?? "0").toBe("0");
      expect(lines.other).toBeUndefined();
      const field = { wallets_paid: "paid", wallets_promo: "promo", wallets_recovery: "recovery" }[of];
      if (field !== undefined)
        expect([of, currency, closing]).toEqual([of, currency, total(wallets, field, currency)]);
    }
  });

  test("tells a grant, what was used of it, and what came back", async () => {
    const { data } = await report(`month=${thisMonth}&currency=USD`);
    expect(data.find(({ of }) => of === "wallets_promo")).toMatchObject({
      opening: "0",
      lines: { granted: "1000", grants_reversed: "0", used: "-22", use_reversed: "4", expired: "0" },
      closing: "982",
    });
    expect(data.every(({ currency }) => currency === "USD")).toBe(true);
  });

  test("of any month begins with what the one before ended with, on either clock", async () => {
    for (const clock of ["effective", "posted"])
      for (const start of ["2023-08", nextMonth(thisMonth, -4)]) {
        let before: readonly Rolled[] = [];
        for (let month = start, months = 0; months < 6; months++, month = nextMonth(month)) {
          const { ties, data } = await report(`month=${month}&clock=${clock}`);
          expect(ties).toBe(true);
          const opened = new Map(data.map((one) => [nameOf(one), one.opening]));
          for (const one of before)
            expect([nameOf(one), opened.get(nameOf(one))]).toEqual([nameOf(one), one.closing]);
          before = data;
        }
      }
  });

  test("ends with the credit that customers have at their providers", async () => {
    const { data } = await report("month=2030-01&clock=effective");
    const credit = data.filter(({ of }) => of === "provider_credit");
    const { read } = running.tallyhook.services.store;
    const stored = await read
      .selectFrom("customer_credits")
      .selectAll()
      .where("provider", "=", "paddle")
      .execute();
    const accounts = await rows("accounts?limit=200&prefix=liabilities:customer_credit");
    const held = (provider: string | null, currency: string) =>
      provider === "paddle"
        ? stored
            .filter((one) => one.currency === currency)
            .reduce((sum, one) => sum + one.issued - one.applied, 0n)
        : -BigInt(total(accounts, "balance", currency));
    expect(new Set(credit.map(({ provider }) => provider))).toEqual(new Set(["paddle", "stripe"]));
    for (const { provider, currency, closing } of credit)
      expect([provider, currency, closing]).toEqual([
        provider,
        currency,
        held(provider, currency).toString(),
      ]);
  });

  test("is a file, too: a line for each figure", async () => {
    // In Tokyo a month is over nine hours earlier.
    const month = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 7);
    const { data } = await report(`month=${month}&zone=Asia/Tokyo`);
    const { body } = await running.get<string>(`/v1/exports/rollforward.csv?month=${month}&zone=Asia/Tokyo`);
    const lines = parse(body, { columns: true }) as Record<string, string>[];
    const expected = data.flatMap(({ of, currency, opening, lines: moved, closing, of_which_tax }) =>
      Object.entries({ opening, ...moved, closing, ...(of_which_tax === null ? {} : { of_which_tax }) }).map(
        ([line, amount]) => [of, currency, line, amount],
      ),
    );
    expect(lines.map(({ of, currency, line, amount }) => [of, currency, line, amount])).toEqual(expected);
    expect(new Set(lines.map(({ zone }) => zone))).toEqual(new Set(["Asia/Tokyo"]));
  });

  test.each(["", "month=2026-13", "month=2026-10&zone=Mars/Olympus", "month=2026-10&clock=ours"])(
    "%j is refused",
    async (query) => {
      expect((await running.get(`/v1/reports/rollforward?${query}`)).status).toBe(400);
      expect((await running.get(`/v1/exports/rollforward.csv?${query}`)).status).toBe(400);
    },
  );

  test.each(["effective", "posted"])(
    "the trial balance is right at any time of the %s clock, and zero in every currency",
    async (clock) => {
      const entries = (await rows("entries?limit=200")) as unknown as Entry[];
      const timeOf = (entry: Entry) => parseInstant(entry[`${clock}_at`] as string) as bigint;
      const times = entries.map(timeOf).sort((a, b) => Number(a - b));
      for (const at of [0, 30, 100, entries.length - 1].map((index) => times[index] as bigint)) {
        const postings = entries.filter((entry) => timeOf(entry) <= at).flatMap((entry) => entry.postings);
        const sums = new Map<string, bigint>();
        for (const { account, currency, amount } of postings)
          sums.set(`${account} ${currency}`, (sums.get(`${account} ${currency}`) ?? 0n) + BigInt(amount));
        const held = await rows(`accounts?limit=200&at=${formatInstant(at)}&clock=${clock}`);
        const ours = held.map(
          (row) => [`${row.account} ${row.currency}`, BigInt(row.balance ?? "")] as const,
        );
        expect(new Map(ours)).toEqual(sums);
        for (const currency of new Set(held.map((row) => row.currency as string)))
          expect(total(held, "balance", currency)).toBe("0");
      }
    },
  );
});
