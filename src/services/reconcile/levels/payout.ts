import type { HeldRow } from "../../../domain/matching/held-row.ts";
import type { ReconciledRow, StatedRow } from "../../../domain/matching/reconciled-row.ts";
import type { Amount } from "../../../domain/money.ts";
import { type Instant, nanosecondsPerDay } from "../../../domain/time.ts";
import type { Payout } from "../../../domain/transfer/payout.ts";
import { payoutsNamed, payoutsOfAccount } from "../../../store/read/held-transfers.ts";
import { listedPayouts, payoutRefsOf, rowsOfPayouts } from "../../../store/read/payout-rows.ts";
import { statedByKeys, stretchesOf } from "../../../store/read/stated-rows.ts";
import { type Comparing, nothingElse, type Plan, pageSize } from "../plan.ts";
import { settledNames } from "../reported.ts";
import type { Sources } from "../sources.ts";
import { heldByRef } from "./settlement.ts";

/**
 * Whether each payout is what its rows come to, and whether every row of it is one we hold. It needs memory for payouts and
 * for what is amiss, not for their rows.
 */
export function payout(sources: Sources): Plan {
  const { missing, mayClose } = sources;
  return {
    missing,
    mayClose,
    hasWindow: true,
    found: nothingElse,
    rows: (comparing) => comparePayouts(comparing, sources),
  };
}

/** The row by which a payout itself left the balance; one that came back is paid out again, with others. */
const payoutItself = ["payout"] as const;

/** One payout, as it is listed, as we hold it, and what its rows come to in its currency. */
interface Pair {
  readonly ref: string;
  readonly listed: StatedRow | null;
  readonly held: Payout | null;
  readonly currency: string;
  readonly at: Instant | null;
  /** Of rows that we hold: as the provider states them, and as we do. */
  attributed: Amount;
  heldSum: Amount;
  unattributed: Amount;
  rows: number;
  /** Names of each row that is nobody's, or that we hold with another net: its key, and its object's. */
  readonly amiss: (readonly string[])[];
}

async function* comparePayouts(
  comparing: Comparing,
  sources: Sources,
): AsyncGenerator<readonly ReconciledRow[]> {
  const pairs = await pairsOf(comparing, sources);
  yield* attribute(comparing, sources, pairs);
  const known = new Set(pairs.values());
  const settled = await settledNames(
    comparing,
    [...known].flatMap(({ amiss }) => amiss.flat()),
  );
  yield [...known].map((pair) => {
    const isSettled =
      pair.amiss.length > 0 && pair.amiss.every((names) => names.some((name) => settled.has(name)));
    const row = payoutRow(pair, sources, comparing.services.clock.now());
    return row.class === "reported" && isSettled ? { ...row, class: "resolved" } : row;
  });
}

/** By every name that rows may give them. */
async function pairsOf({ services, run }: Comparing, { statements }: Sources): Promise<Map<string, Pair>> {
  const { read } = services.store;
  const held = new Map<string, Payout>();
  for (const one of await payoutsOfAccount(read, run)) {
    held.set(one.key.ref, one);
    if (one.remittanceRef !== null && !held.has(one.remittanceRef)) held.set(one.remittanceRef, one);
  }
  const listed = new Map((await listedPayouts(read, statements)).map((row) => [row.key, row]));
  const named = await payoutRefsOf(read, statements, pageSize);
  const pairs = new Map<string, Pair>();
  for (const ref of new Set([...held.keys(), ...listed.keys(), ...named.keys()])) {
    const own = held.get(ref) ?? null;
    const row = listed.get(ref) ?? null;
    const at = row?.at ?? own?.statusChangedAt ?? named.get(ref) ?? null;
    const isAsked = run.payoutRef === null || [ref, own?.key.ref, own?.remittanceRef].includes(run.payoutRef);
    const currency = own?.currency ?? row?.currency ?? null;
    if (!isAsked || at === null || at < run.from || at >= run.to) continue;
    if (run.currency !== null && currency !== null && currency !== run.currency) continue;
    const known = own === null ? undefined : pairs.get(own.key.ref);
    pairs.set(
      ref,
      known ?? {
        ref: own?.key.ref ?? ref,
        listed: row ?? (own === null ? null : (listed.get(own.key.ref) ?? null)),
        held: own,
        currency: currency ?? "",
        at,
        attributed: 0n,
        heldSum: 0n,
        unattributed: 0n,
        rows: 0,
        amiss: [],
      },
    );
  }
  return pairs;
}

/** Adds each row to its payout, and tells those that nothing of ours explains. */
async function* attribute(
  comparing: Comparing,
  { statements }: Sources,
  pairs: ReadonlyMap<string, Pair>,
): AsyncGenerator<readonly ReconciledRow[]> {
  const { read } = comparing.services.store;
  const left = { statements, kinds: ["balance"], without: payoutItself } as const;
  for await (const stretch of stretchesOf(read, statements, pageSize)) {
    const rows = await rowsOfPayouts(read, left, [...pairs.keys()], stretch);
    const counting = await statedByKeys(
      read,
      left,
      rows.map(({ key }) => key),
    );
    const own = rows.filter(({ key, statement }) => counting.get(key)?.statement === statement);
    const held = new Map([...(await heldByRef(comparing, own)), ...(await returned(comparing, own))]);
    yield own.flatMap((row) => {
      const pair = pairs.get(row.payoutRef ?? "");
      return pair === undefined ? [] : count(row, held.get(row.key) ?? null, pair);
    });
  }
}

/** Ours of rows by which a payout came back, by key. */
async function returned(
  { services, run }: Comparing,
  rows: readonly StatedRow[],
): Promise<[string, HeldRow][]> {
  const refs = rows
    .filter(({ category }) => category === "payout_failure")
    .map(({ objectRef }) => objectRef ?? "");
  const payouts = await payoutsNamed(services.store.read, run, refs);
  return payouts.flatMap(({ id: subject, rows }) =>
    rows.map(({ ref: key, at, currency, gross, fee, net }) => [
      key,
      { key, subject, at, currency, gross, fee, tax: null, net, state: null, expected: null },
    ]),
  );
}

function count(row: StatedRow, held: HeldRow | null, pair: Pair): ReconciledRow[] {
  const currency = pair.currency === "" ? row.currency : pair.currency;
  const net = row.net ?? 0n;
  pair.rows += 1;
  if (held?.net !== row.net || held?.currency !== row.currency)
    pair.amiss.push([row.key, ...(row.objectRef === null ? [] : [row.objectRef])]);
  if (held !== null) {
    if (row.currency === currency) pair.attributed += net;
    if (held.currency === currency) pair.heldSum += held.net ?? 0n;
    return [];
  }
  if (row.currency === currency) pair.unattributed += net;
  return [unattributedRow(row, pair)];
}

function unattributedRow(row: StatedRow, { ref, at }: Pair): ReconciledRow {
  const object = row.objectRef === null ? {} : { object: row.objectRef };
  return {
    key: row.key,
    class: "missing_here",
    kind: "row_unattributed",
    claim: { statement: row.statement, line: row.line },
    subject: null,
    left: { currency: row.currency, amount: row.net ?? 0n },
    right: null,
    detail: { payout: ref, category: row.category, ...object },
    at: row.at ?? at,
    dueAt: at,
  };
}

/** A payout's money is a day or two on its way to the bank. */
const grace = 2n * nanosecondsPerDay;

function payoutRow(pair: Pair, { isWhole, isReport }: Sources, now: Instant): ReconciledRow {
  const { ref, held, listed, rows, attributed, at } = pair;
  const currency = pair.currency === "" ? (listed?.currency ?? "XXX") : pair.currency;
  const left = rows > 0 ? attributed : (listed?.gross ?? null);
  const right = held === null ? null : amountOf(held);
  const judged = judge(pair, left, { right, isWhole, isReport });
  const dueAt = at === null ? null : at + grace;
  const isEarly = judged.class !== "matched" && judged.class !== "reported" && dueAt !== null && dueAt > now;
  return {
    ...judged,
    class: isEarly ? "not_due" : judged.class,
    key: ref,
    claim: listed === null ? null : { statement: listed.statement, line: listed.line },
    subject: held?.id ?? null,
    left: left === null ? null : { currency, amount: left },
    right: right === null ? null : { currency, amount: right },
    at,
    dueAt,
  };
}

/** One that failed was paid by its rows all the same: what came back is a row of a later one. */
const amountOf = ({ status, amount }: Payout): Amount => (status === "canceled" ? 0n : amount);

type Judged = Pick<ReconciledRow, "class" | "kind" | "detail">;

const matched: Judged = { class: "matched", kind: null, detail: {} };

function judge(
  { held, listed, rows, attributed, heldSum, unattributed }: Pair,
  left: Amount | null,
  { right, isWhole, isReport }: Pick<Sources, "isWhole" | "isReport"> & { readonly right: Amount | null },
): Judged {
  const sums = {
    rows: String(rows),
    rows_come_to: (attributed + unattributed).toString(),
    we_hold_of_them: heldSum.toString(),
  };
  if (right === null) return { class: "missing_here", kind: "payout_missing", detail: sums };
  const status = listed?.state ?? null;
  if (status !== null && held !== null && status !== held.status)
    return {
      class: "differs",
      kind: "status_differs",
      detail: { provider_says_status: status, we_say_status: held.status },
    };
  if (left === null) return unlisted(held, { isWhole, isReport });
  if (left === right) return matched;
  // Some of its rows may be on the part of a list that was not read.
  if (!isWhole) return { class: "undecided", kind: null, detail: sums };
  // What its rows differ by, and those that are nobody's, are told row by row: they are the whole difference.
  const explained = [heldSum, heldSum + unattributed, attributed + unattributed];
  if (explained.includes(right)) return { class: "reported", kind: "payout_differs", detail: sums };
  return { class: "differs", kind: "payout_differs", detail: sums };
}

/** A payout that no row names: not every one is made row by row, and a report may not have it yet. */
function unlisted(held: Payout | null, { isWhole, isReport }: Pick<Sources, "isWhole" | "isReport">): Judged {
  if (held !== null && held.status !== "paid") return { class: "in_transit", kind: null, detail: {} };
  if (!isWhole) return { class: "undecided", kind: null, detail: {} };
  if (isReport) return { class: "pending", kind: null, detail: { reason: "no report names it" } };
  return { class: "missing_there", kind: "payout_unknown_there", detail: {} };
}
