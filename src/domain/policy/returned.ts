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

/** What movements in effect gave back, counted as each takes effect and is undone. */
export class Returning {
  readonly #charge: Charge;
  readonly #basis: Basis;
  readonly #under: PaidUnder;
  readonly #families = families.map((kinds) => ({ kinds, sums: new Sums() }));

  constructor(charge: Charge, basis: Basis, under: PaidUnder) {
    this.#charge = charge;
    this.#basis = basis;
    this.#under = under;
  }

  /** `sign` is 1n where it takes effect, −1n where it no longer has any. */
  turn(movement: Movement, sign: 1n | -1n): void {
    const { cash } = this.#under;
    if (movement.currency !== this.#charge.currency || !countsAsReturned(movement, this.#basis)) return;
    if (!cash.countsOutside && movement.linked?.outside === true) return;
    const sums = this.#families.find(({ kinds }) => kinds.includes(movement.kind))?.sums;
    const factor = sign * direction(movement.kind);
    sums?.add(factor * movement.amount, factor * this.#valued(movement));
    for (const named of movement.lines)
      for (const [ref, part] of partsByLine(this.#charge, named.lineRef, this.#valued(named)))
        sums?.addTo(ref, factor * part);
  }

  #valued({ amount, tax }: { readonly amount: Amount; readonly tax: Amount }): Amount {
    return counts[this.#basis].tax ? amount : amount - tax;
  }

  /** A reversal that came before what it reverses counts as nothing yet; above all it does not hide another refund. */
  now(): Returned {
    const { of, paid } = this.#under;
    const counted = this.#families.map(({ sums }) => sums).filter(({ gross }) => gross >= 0n);
    const byLine = new Map<string, Amount>();
    for (const { lines } of counted)
      for (const [ref, part] of lines) byLine.set(ref, (byLine.get(ref) ?? 0n) + part);
    const amount = sum(counted.map(({ value }) => value));
    const everything = amount >= of || sum(counted.map(({ gross }) => gross)) >= paid;
    return { of, amount, byLine, everything };
  }
}

/** Of one family: what went out less what came back, the same as the basis values it, and by the lines that are named. */
class Sums {
  gross: Amount = 0n;
  value: Amount = 0n;
  readonly lines = new Map<string, Amount>();

  add(gross: Amount, value: Amount): void {
    this.gross += gross;
    this.value += value;
  }

  addTo(ref: string, part: Amount): void {
    this.lines.set(ref, (this.lines.get(ref) ?? 0n) + part);
  }
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
