import { beginOfDate } from "../../../domain/local-calendar.ts";
import type { HeldRow } from "../../../domain/reconciling/held-objects.ts";
import { PaidOut, payoutRow, unattributedRow } from "../../../domain/reconciling/payout-row.ts";
import type { ReconciledRow, StatedRow } from "../../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../../domain/reconciling/run.ts";
import type { Payout } from "../../../domain/transfer/payout.ts";
import { payoutsNamed, payoutsOfAccount } from "../../../store/reconciling/read/held-transfers.ts";
import { listedPayouts, payoutRefsOf, rowsOfPayouts } from "../../../store/reconciling/read/payout-rows.ts";
import { statedByKeys, stretchesOf } from "../../../store/reconciling/read/stated-rows.ts";
import { type Comparing, nothingElse, type Plan, pageSize, type RowsAsked } from "../plan.ts";
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

async function* comparePayouts(
  comparing: Comparing,
  sources: Sources,
): AsyncGenerator<readonly ReconciledRow[]> {
  const payouts = await payoutsOfRun(comparing, sources);
  yield* attribute(comparing, sources, payouts);
  const each = [...new Set(payouts.values())];
  const names = each.flatMap(({ amiss }) => amiss.flat());
  const settled = await settledNames(comparing, names);
  const judging = { source: sources, settled, now: comparing.services.clock.now() };
  yield each.map((paid) => payoutRow(paid, judging));
}

/** The payouts of the window, by every name that rows may give them. */
async function payoutsOfRun(
  { services, run }: Comparing,
  { statements }: Sources,
): Promise<Map<string, PaidOut>> {
  const { read } = services.store;
  const held = byNames(await payoutsOfAccount(read, run));
  const listed = new Map((await listedPayouts(read, statements)).map((row) => [row.key, row]));
  const named = await payoutRefsOf(read, statements, pageSize);
  const payouts = new Map<string, PaidOut>();
  for (const ref of new Set([...held.keys(), ...listed.keys(), ...named.keys()])) {
    const own = held.get(ref) ?? null;
    const row = listed.get(own?.key.ref ?? ref) ?? listed.get(ref) ?? null;
    const at = row?.at ?? own?.arrivalOn ?? own?.statusChangedAt ?? named.get(ref) ?? null;
    const counts = at === null ? null : beginOfDate(at, run.zone);
    if (at === null || counts === null || counts < run.from || counts >= run.to) continue;
    const paid = new PaidOut({ ref: own?.key.ref ?? ref, listed: row, held: own, at });
    if (isAsked(run, ref, paid)) payouts.set(ref, payouts.get(paid.ref) ?? paid);
  }
  return payouts;
}

/** Its own ref first: the name that the bank has for it comes after it. */
function byNames(payouts: readonly Payout[]): Map<string, Payout> {
  const named = new Map(payouts.map((one) => [one.key.ref, one]));
  for (const one of payouts)
    if (one.remittanceRef !== null && !named.has(one.remittanceRef)) named.set(one.remittanceRef, one);
  return named;
}

function isAsked({ payoutRef, currency }: Run, name: string, paid: PaidOut): boolean {
  const isNamed = payoutRef === null || [name, paid.ref, paid.held?.remittanceRef].includes(payoutRef);
  return isNamed && (currency === null || paid.currency === null || paid.currency === currency);
}

/** The row by which a payout itself left the balance; one that came back is paid out again, with others. */
export const payoutItself = ["payout"] as const;

/** Counts each row with its payout, and tells those that nothing of ours explains. */
async function* attribute(
  comparing: Comparing,
  { statements }: Sources,
  payouts: ReadonlyMap<string, PaidOut>,
): AsyncGenerator<readonly ReconciledRow[]> {
  const { read } = comparing.services.store;
  const left = { statements, kinds: ["balance"], without: payoutItself } as const;
  for await (const stretch of stretchesOf(read, statements, pageSize)) {
    const rows = await rowsOfPayouts(read, left, [...payouts.keys()], stretch);
    const keys = rows.map(({ key }) => key);
    const counting = await statedByKeys(read, left, keys);
    const own = rows.filter(({ key, statement }) => counting.get(key)?.statement === statement);
    const held = await heldOfPaidRows(comparing, own);
    yield own.flatMap((row) => {
      const paid = payouts.get(row.payoutRef ?? "");
      const ours = held.get(row.key) ?? null;
      paid?.count(row, ours);
      return paid === undefined || ours !== null ? [] : [unattributedRow(row, paid)];
    });
  }
}

/** Ours for rows that a payout pays out, by key. */
export async function heldOfPaidRows(
  asking: RowsAsked,
  rows: readonly StatedRow[],
): Promise<ReadonlyMap<string, HeldRow>> {
  return new Map([...(await heldByRef(asking, rows)), ...(await returned(asking, rows))]);
}

/** Ours of rows by which a payout came back, by key. */
async function returned(
  { services, run }: RowsAsked,
  rows: readonly StatedRow[],
): Promise<[string, HeldRow][]> {
  const back = rows.filter(({ category }) => category === "payout_failure");
  const refs = back.map(({ objectRef }) => objectRef ?? "");
  const payouts = await payoutsNamed(services.store.read, run, refs);
  return payouts.flatMap(({ id: subject, rows: own }) =>
    own.map(({ ref: key, at, currency, gross, fee, net }) => [
      key,
      { key, subject, at, currency, gross, fee, tax: null, net, state: null, expected: null },
    ]),
  );
}
