import { array, assert, asyncProperty, constantFrom, record } from "fast-check";
import type { BalanceFact, LinkedFact } from "../../src/domain/facts/linked-facts.ts";
import { chargeId } from "../../src/domain/ids.ts";
import { type HeldRow, heldBalanceRows } from "../../src/domain/reconciling/held-objects.ts";
import { figureKinds, type Rules, reconciled } from "../../src/domain/reconciling/reconciled-row.ts";
import { toText } from "../../src/store/engine/exact-json.ts";
import { factText } from "../../src/store/inbox/nouns/fact.ts";
import { statedByKeys } from "../../src/store/reconciling/read/stated-rows.ts";
import { execute } from "../services/planted-trigger.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const source = { provider: "stripe", account: "default" } as const;
const [from, to] = [1_790_000_000_000_000_000n, 1_790_000_000_000_000_002n];
const run = { no: 1n, ...source, level: "settlement", currency: null } as const;
const left = { statements: [1n, 2n], kinds: ["balance"], without: ["payout"] } as const;
const rules: Rules = {
  total: "net",
  figures: ["gross", "fee", "tax", "net"],
  kinds: figureKinds,
  timeTolerance: 0n,
  comparesState: false,
  grace: 5n,
  patience: 9n,
  missingHere: () => "missing_here",
  missingThere: () => "missing_there",
};

/** Mostly the same, so that rows meet, and one thing differs. */
const mostly = <Value>(usual: Value, ...others: readonly Value[]) =>
  constantFrom(...Array<Value>(8).fill(usual), ...others);

const figures = {
  ref: constantFrom("txn_1", "txn_1", "txn_2", 'txn_"3\\u'),
  currency: mostly("USD", "EUR"),
  gross: mostly(1_000n, -9_007_199_254_740_993n),
  fee: mostly(0n, -30n),
  at: mostly(from, from + 1n, to),
};
const tellings = array(
  record({
    ...figures,
    subject: constantFrom(1, 1, 2, 3),
    isDispute: constantFrom(false, false, false, true),
  }),
  { minLength: 1, maxLength: 5 },
);
const stated = array(
  record({
    ...figures,
    statement: constantFrom(1, 1, 2),
    status: mostly("included", "error"),
    category: mostly("charge", "payout"),
    states: mostly("all", "no fee", "no time"),
  }),
  { minLength: 1, maxLength: 5 },
);
type Telling = typeof tellings extends { generate(...any: never): { value: readonly (infer One)[] } }
  ? One
  : never;
type Line = typeof stated extends { generate(...any: never): { value: readonly (infer One)[] } }
  ? One
  : never;

const text = (value: string | bigint | null) =>
  value === null ? "null" : typeof value === "bigint" ? String(value) : `'${value.replaceAll("'", "''")}'`;

/** The third charge is another account's. */
const charges = [1, 2, 3].map((no) => {
  const account = no === 3 ? "other" : "default";
  return `insert into charges (no, id, provider, account, ref, unless_invoiced, provider_sells, kind, status, reversal, currency,
    refunded, disputed, status_changed_at, told_in_parts, rest, topped_up, taken_back, debited, fact_count, entry_count, discrepancies)
    values (${no}, '${chargeId({ ...source, account, ref: `ch_${no}` })}', 'stripe', '${account}', 'ch_${no}', 0, 0, 'payment', 'paid', 'none', 'USD',
    0, 0, 0, 0, '[]', 0, 0, 0, 1, 0, '[]')`;
});

const booksOn = (engine: "sqlite" | "postgres"): string[] => [
  `insert into events (no, id, provider, account, provider_event_id, type, other_versions, origin, body, received_at, outcome, attempts)
    values (1, 'stripe:default:evt', 'stripe', 'default', 'evt', 'charge.updated', '[]', 'webhook', ${engine === "sqlite" ? "x'7b7d'" : "'{}'"}, 0, 'applied', 1)`,
  ...[1, 2].map(
    (
      no,
    ) => `insert into statements (no, id, provider, account, format, origin, status, warnings, rows_included, rows_excluded,
      rows_in_error, rows_new, created_at, finished_at) values (${no}, 'stm_${no}', 'stripe', 'default', 'any', 'import', 'complete', '[]', 0, 0, 0, 0, 0, 0)`,
  ),
  ...charges,
];

function factOf({ ref, currency, gross, fee, at, subject, isDispute }: Telling, index: number): LinkedFact {
  const stamp = { eventId: `evt_${index}`, occurredAt: BigInt(index) } as BalanceFact["stamp"];
  const row = {
    ref,
    currency,
    gross,
    fee,
    net: gross - fee,
    exchangeRate: null,
    createdAt: at,
    category: null,
  };
  if (!isDispute)
    return { kind: "balance_row", stamp, ref, sourceRef: `ch_${subject}`, chargeRef: null, row };
  const payment = { intentRef: null, chargeRef: `ch_${subject}` };
  const about = { state: "open", currency, amount: gross, reason: null, createdAt: at } as const;
  return { kind: "dispute", stamp, ref: `dp_${subject}`, payment, ...about, rows: [row] } as LinkedFact;
}

/** A line of a key that its statement has already is told as a repeated one. */
function linesOf(lines: readonly Line[]): string[] {
  const taken = new Set<string>();
  return lines.map(({ ref, currency, gross, fee, at, statement, status, category, states }, index) => {
    const own = `${statement} ${ref}`;
    const isRepeated = status === "error" || taken.has(own);
    if (!isRepeated) taken.add(own);
    const told = [
      states === "no time" ? null : at,
      currency,
      gross,
      states === "no fee" ? null : fee,
      gross - fee,
    ];
    return `insert into statement_rows (statement_no, line, status, reason, key, kind, category, at, currency, gross, fee, net)
      values (${statement}, ${index + 1}, ${isRepeated ? "'error', 'row_duplicated'" : "'included', null"}, ${text(ref)}, 'balance',
      '${category}', ${told.map(text).join(", ")})`;
  });
}

/** What we hold under a key: `null` where two say it, or a dispute, which the database leaves to the domain. */
function soleHolding(told: readonly Telling[], key: string): HeldRow | null {
  // A dispute under another charge is not asked: a row is of one charge.
  const own = told.filter(({ ref, isDispute }) => ref === key && !isDispute);
  const first = own[0];
  if (first === undefined || first.subject === 3) return null;
  const subjects = new Set(own.map(({ subject }) => subject));
  const hasDispute = told.some(({ subject, isDispute }) => isDispute && subject === first.subject);
  const said = new Set(own.map(({ currency, gross, fee, at }) => toText([currency, gross, fee, at])));
  if (subjects.size > 1 || hasDispute || said.size > 1) return null;
  return heldBalanceRows(`${first.subject}`, own.map(factOf))[0] ?? null;
}

describe.each(engines)("rows that the database finds to agree, on $name", ({ name, freshDatabaseUrl }) => {
  test("are those that the domain calls matched, and no others", async () => {
    const databaseUrl = await freshDatabaseUrl();
    await execute(databaseUrl, booksOn(name).join(";"));
    const store = await stores.open({ databaseUrl });
    const lease = await store.takeLease("run", to * 2n);
    if (lease === null) throw new Error("Nobody else is here.");
    await assert(
      asyncProperty(tellings, stated, async (told, lines) => {
        const facts = told.map((one, index) => {
          const fact = factOf(one, index);
          return `insert into facts (subject_no, event_no, position, superseded, kind, body, heard)
            values (${one.subject}, 1, ${index}, 0, '${fact.kind}', ${text(factText(fact))}, ${index})`;
        });
        const clean = ["facts", "statement_rows", "reconciliation_matches"].map(
          (table) => `delete from ${table}`,
        );
        await execute(databaseUrl, [...clean, ...facts, ...linesOf(lines)].join(";"));
        const claimed: string[] = [];
        for (const statement of left.statements) {
          const stretch = { statement, after: 0n, upTo: 9n, window: { from, to } };
          const matched = await store.saveMatches(
            { run, left, lines: stretch, grace: rules.grace, mayBeKnown: true },
            lease,
          );
          claimed.push(
            ...(matched?.sums ?? []).map(({ currency, amount, rows }) => `${currency} ${amount} ${rows}`),
          );
        }
        const keys = [...new Set(lines.map(({ ref }) => ref))];
        const counting = await statedByKeys(store.read, left, keys);
        const expected = new Map<string, { amount: bigint; rows: number }>();
        for (const key of keys) {
          const line = counting.get(key);
          const held = soleHolding(told, key);
          if (line === undefined || held === null || line.fee === null || line.at === null || line.at >= to)
            continue;
          // PostgreSQL reads nothing of a fact with an escape.
          if (name === "postgres" && key.includes("\\u")) continue;
          if (reconciled(line, held, { rules, now: to }).class !== "matched") continue;
          const sum = expected.get(`${line.statement} ${line.currency}`) ?? { amount: 0n, rows: 0 };
          expected.set(`${line.statement} ${line.currency}`, {
            amount: sum.amount + (line.net ?? 0n),
            rows: sum.rows + 1,
          });
        }
        const wanted = [...expected].map(([of, { amount, rows }]) => `${of.split(" ")[1]} ${amount} ${rows}`);
        expect(claimed.sort()).toEqual(wanted.sort());
      }),
      { numRuns: Number(process.env.MATCHES_RUNS ?? 60) },
    );
  });
});
