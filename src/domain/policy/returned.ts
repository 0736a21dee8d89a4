import type { Charge } from "../charge/charge.ts";
import { direction, type Movement } from "../charge/movement.ts";
import type { MovementKind } from "../facts/facts.ts";
import { type Amount, clamp, floorDivide, maximum, sum } from "../money.ts";
import type { Terms } from "./pin.ts";
import { type Basis, counts } from "./policy.ts";
import { shareOut } from "./shares.ts";

/** K: the money that counts. */
export interface Cash {
  readonly amount: Amount;
  /** Whether what was paid and given back outside the provider counts. */
  readonly countsOutside: boolean;
}

/** What the provider took, as far as the policy takes its word; and what it did not take, if the policy says so. */
export function cashUnder({ collected, collectedEvidence, linked }: Charge, terms: Terms): Cash {
  const isProven = terms.cashEvidence === "stated" || collectedEvidence === "payments";
  const paidOutside = linked?.paidOutside ?? 0n;
  const countsOutside = terms.outOfBand === "top_up";
  const taken = isProven ? (collected ?? 0n) : 0n;
  // What was given back outside is a return of what was paid outside, if anything was.
  return {
    amount: countsOutside ? taken + paidOutside : taken,
    countsOutside: countsOutside || paidOutside === 0n,
  };
}

/** What movements gave back of `of`, in all and by the lines they name. */
export interface Returned {
  readonly of: Amount;
  readonly amount: Amount;
  readonly byLine: ReadonlyMap<string, Amount>;
  /** All cash paid is back: whatever rounding did to its parts, nothing stays. */
  readonly everything: boolean;
}

interface PaidUnder {
  /** K, and under `total` the credit that paid too. */
  readonly paid: Amount;
  /** The same by lines, valued by the basis. */
  readonly of: Amount;
  readonly cash: Cash;
}

export function returnedUnder(charge: Charge, basis: Basis, { paid, of, cash }: PaidUnder): Returned {
  const effective = charge.movements.filter(
    (movement) =>
      movement.effective &&
      movement.currency === charge.currency &&
      countsAsReturned(movement, basis) &&
      (cash.countsOutside || movement.linked?.outside !== true),
  );
  const counted = families.flatMap((kinds) =>
    outAndBack(effective.filter(({ kind }) => kinds.includes(kind))),
  );
  const valued = (part: { amount: Amount; tax: Amount }) =>
    counts[basis].tax ? part.amount : part.amount - part.tax;
  const byLine = new Map<string, Amount>();
  for (const movement of counted) {
    for (const named of movement.lines) {
      for (const [ref, part] of partsByLine(charge, named.lineRef, valued(named)))
        byLine.set(ref, (byLine.get(ref) ?? 0n) + direction(movement.kind) * part);
    }
  }
  const total = (value: (movement: Movement) => Amount) =>
    sum(counted.map((movement) => direction(movement.kind) * value(movement)));
  const amount = total(valued);
  return { of, amount, byLine, everything: amount >= of || total((movement) => movement.amount) >= paid };
}

/** What names an id that several lines share is about all of them, in proportion to what they ask for. */
function partsByLine({ lines }: Charge, named: string, amount: Amount): [ref: string, part: Amount][] {
  const sharing = lines.filter(({ sharedId, total }) => sharedId === named && total > 0n);
  if (sharing.length === 0) return [[named, amount]];
  const weights = sharing.map(({ total }) => total);
  const parts = shareOut(amount, weights, sum(weights));
  return sharing.map(({ ref }, index) => [ref, parts[index] as Amount]);
}

/** What goes out, with what brings it back. */
const families: readonly (readonly MovementKind[])[] = [
  ["refund", "refund_reversal"],
  ["dispute", "dispute_reversal"],
  ["credit", "credit_reversal"],
];

/** A reversal that came before what it reverses counts as nothing yet; above all it does not hide another refund. */
function outAndBack(family: readonly Movement[]): readonly Movement[] {
  return sum(family.map((movement) => direction(movement.kind) * movement.amount)) < 0n ? [] : family;
}

/** Cash that went back; where credit counts also what was given for this document. An alert moves nothing by itself. */
function countsAsReturned(movement: Movement, basis: Basis): boolean {
  if (movement.warning) return false;
  const isCredit = movement.kind === "credit" || movement.kind === "credit_reversal";
  return isCredit ? counts[basis].credit && movement.toCustomerBalance !== false : true;
}

/**
 * How much of `target` was given back: all of it once everything paid is back, else in proportion. What movements name a
 * line for counts against that line, as far as that line was paid; the rest is shared like the payment.
 */
export function partGivenBack(
  target: Amount,
  paid: Amount,
  returned: Returned,
  refs: ReadonlySet<string>,
): Amount {
  if (returned.everything) return target;
  if (returned.amount <= 0n || paid === 0n) return 0n;
  const namedHere = sum([...returned.byLine].flatMap(([ref, amount]) => (refs.has(ref) ? [amount] : [])));
  const namedElsewhere = sum(returned.byLine.values()) - namedHere;
  const unnamed = returned.amount - namedHere - namedElsewhere;
  const shared = floorDivide(unnamed * paid, returned.of);
  const beyondOthers = maximum(namedElsewhere + (unnamed - shared) - (returned.of - paid), 0n);
  const here = clamp(namedHere + shared + beyondOthers, 0n, paid);
  return floorDivide(target * here, paid);
}
