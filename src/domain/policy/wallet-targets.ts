import type { Charge, ChargeLine } from "../charge/charge.ts";
import type { Movement } from "../charge/movement.ts";
import { type Amount, absolute, clamp, floorDivide, maximum, minimum, sum } from "../money.ts";
import { cutTo, type LotPlan, termsOf } from "./lot-plans.ts";
import type { Terms } from "./pin.ts";
import { type Basis, counts, type LineRule, ways } from "./policy.ts";
import { type Cash, cashUnder, partGivenBack, type Returned, Returning } from "./returned.ts";
import { shareOut } from "./shares.ts";

/** What a charge should have done to its wallet. */
export interface WalletTargets {
  /** S: what it tops up. */
  readonly toppedUp: Amount;
  /** T: what it has taken back, of S; a document below zero takes back what others topped up, and its S is 0. */
  readonly takenBack: Amount;
  /** What its `debit` lines lower the wallet by, less what a refund gives back. */
  readonly debited: Amount;
  /** S by what its lots have in common; sums to S. */
  readonly lots: readonly LotPlan[];
  /** Each line's part of A, by line ref. */
  readonly shares: ReadonlyMap<string, Amount>;
}

interface RuledLine {
  readonly line: ChargeLine;
  readonly rule: LineRule;
}

/** What the lines of one basis and effect amount to, and how much of that movements have given back. */
interface PartTarget {
  readonly target: Amount;
  readonly givenBack: Amount;
}

/** Of a charge that has not settled. */
export const nothing: WalletTargets = {
  toppedUp: 0n,
  takenBack: 0n,
  debited: 0n,
  lots: [],
  shares: new Map(),
};

/** S, T and their parts of a settled charge: a pure function of the charge and the terms it was pinned to. */
export function walletTargets(charge: Charge, terms: Terms): WalletTargets {
  const turning = new TurningTargets(charge, terms);
  for (const movement of charge.movements) if (movement.effective) turning.turn(movement, 1n);
  return turning.now();
}

/** The same while movements take effect and are undone: a turn costs what its movement does, however many there were. */
export class TurningTargets {
  readonly #charge: Charge;
  readonly #lines: readonly RuledLine[];
  readonly #parts: readonly BasisPart[];

  constructor(charge: Charge, terms: Terms) {
    const lines = wholeDocument(charge).map((line) => ({ line, rule: terms.ruleOf(line) }));
    const bases = [...new Set(lines.map(({ rule }) => rule.basis))];
    const cash = cashUnder(charge, terms);
    this.#charge = charge;
    this.#lines = lines;
    this.#parts = bases.map((basis) => new BasisPart(charge, lines, basis, cash));
  }

  /** `sign` is 1n where it takes effect, −1n where it no longer has any. */
  turn(movement: Movement, sign: 1n | -1n): void {
    for (const part of this.#parts) part.returning.turn(movement, sign);
  }

  now(): WalletTargets {
    const parts = this.#parts;
    if (parts.length === 0) return nothing;
    const topUps = topUpsOf(parts);
    return {
      toppedUp: sum(topUps.map((topUp) => topUp.target)),
      takenBack: sum(topUps.map((topUp) => topUp.givenBack)) + takenBackByItself(this.#charge, this.#lines),
      debited: sum(parts.map((part) => part.debit).map(({ target, givenBack }) => target - givenBack)),
      lots: parts.flatMap((part, index) => part.lots((topUps[index] as PartTarget).target)),
      shares: new Map(parts.flatMap((part) => part.sharesByRef())),
    };
  }
}

/** Each basis alone is held to what was paid; a negative line could let two of them exceed it together. */
function topUpsOf(parts: readonly BasisPart[]): PartTarget[] {
  let left = parts.reduce((most, part) => maximum(most, part.whole), 0n);
  return parts.map((part) => {
    const topUp = part.topUp(left);
    left -= topUp.target;
    return topUp;
  });
}

/**
 * A document below zero takes value out of what was paid for, and gives the customer credit for it, which pays for later
 * documents. Where value follows the document, those top up in full: so this one takes back, at most what became credit.
 */
function takenBackByItself({ total, creditIssued }: Charge, lines: readonly RuledLine[]): Amount {
  if (total === null || total >= 0n) return 0n;
  const own = lines.filter(({ rule }) => ways[rule.effect] === "in" && counts[rule.basis].credit);
  return clamp(-sum(own.map(({ line }) => line.total)), 0n, creditIssued ?? 0n);
}

/** What a document states of itself. */
export type Document = Pick<Charge, "subtotal" | "discount" | "tax" | "total" | "lines">;

/** The lines, and what of the total no line accounts for (lines may be missing or cut off) as one more. */
export function wholeDocument(charge: Document): readonly ChargeLine[] {
  const of = (field: "subtotal" | "discount" | "tax" | "total") =>
    (charge[field] ?? 0n) - sum(charge.lines.map((line) => line[field]));
  if (of("total") === 0n) return charge.lines;
  const rest = {
    priceRef: null,
    productRef: null,
    description: null,
    quantity: "1",
    proration: null,
    metadata: {},
  };
  const amounts = { subtotal: of("subtotal"), discount: of("discount"), tax: of("tax"), total: of("total") };
  return [...charge.lines, { ...rest, ref: restOfDocument, ...amounts }];
}

/** The line ref of what no line of a document accounts for. */
export const restOfDocument = "";

/** The lines of one basis. Lines of other bases take part in the sharing, but not in the sums. */
class BasisPart {
  readonly #lines: readonly RuledLine[];
  readonly #basis: Basis;
  /** Of every line, also of other bases: its part of what was paid, and of what counts toward the wallet. */
  readonly #paid: readonly Amount[];
  readonly #shares: readonly Amount[];
  /** A: what can count toward the wallet at most. */
  readonly whole: Amount;
  /** Of movements that are in effect. */
  readonly returning: Returning;

  constructor(charge: Charge, lines: readonly RuledLine[], basis: Basis, cash: Cash) {
    this.#lines = lines;
    this.#basis = basis;
    const total = charge.total ?? 0n;
    const paid = counts[basis].credit ? cash.amount + (charge.creditApplied ?? 0n) : cash.amount;
    const asked = counts[basis].credit ? maximum(total, 0n) : (charge.grandTotal ?? 0n);
    const everyLineTopsUp = lines.every(({ rule }) => ways[rule.effect] === "in");
    const limit = everyLineTopsUp ? asked : minimum(asked, maximum(total, 0n));
    this.whole = maximum(minimum(paid, limit), 0n);
    const weights = lines.map(({ line }) => line.total);
    const split = (amount: Amount) => (total > 0n ? shareOut(amount, weights, total) : weights.map(() => 0n));
    this.#shares = split(this.whole);
    this.#paid = split(paid).map((part, index) => this.#valued(index, part));
    this.returning = new Returning(charge, basis, { paid, of: sum(this.#paid), cash });
  }

  topUp(atMost: Amount): PartTarget {
    return this.#moved("in", minimum(this.whole, atMost));
  }

  get debit(): PartTarget {
    return this.#moved("out", this.whole);
  }

  #moved(way: "in" | "out", atMost: Amount): PartTarget {
    const member = (ruled: RuledLine) => ways[ruled.rule.effect] === way && ruled.rule.basis === this.#basis;
    const indexes = this.#lines.flatMap((ruled, index) => (member(ruled) ? [index] : []));
    const target = clamp(sum(indexes.map((index) => this.#value(index))), 0n, atMost);
    if (target === 0n) return { target, givenBack: 0n };
    const returned: Returned = this.returning.now();
    const paid = clamp(sum(indexes.map((index) => this.#paid[index] as Amount)), 0n, returned.of);
    const refs = new Set(indexes.map((index) => (this.#lines[index] as RuledLine).line.ref));
    return { target, givenBack: partGivenBack(target, paid, returned, refs) };
  }

  #value(index: number): Amount {
    return this.#valued(index, this.#shares[index] as Amount);
  }

  /** A part of a line's total, without the tax in it where the basis does not count it. */
  #valued(index: number, part: Amount): Amount {
    const { line } = this.#lines[index] as RuledLine;
    if (counts[this.#basis].tax || line.total === 0n) return part;
    return part - floorDivide(part * line.tax * signOf(line.total), absolute(line.total));
  }

  /** The top-up by priority and expiry; negative lines lower the others, the first ones last. */
  lots(target: Amount): LotPlan[] {
    const plans = new Map<string, LotPlan>();
    this.#lines.forEach(({ rule }, index) => {
      if (ways[rule.effect] !== "in" || rule.basis !== this.#basis) return;
      const key = termsOf(rule);
      const amount = (plans.get(key)?.amount ?? 0n) + this.#value(index);
      plans.set(key, { priority: rule.priority, expiresAfterDays: rule.expiresAfterDays, amount });
    });
    return cutTo(target, [...plans.values()]);
  }

  sharesByRef(): [string, Amount][] {
    return this.#lines.flatMap(({ line, rule }, index) =>
      rule.basis === this.#basis ? [[line.ref, this.#shares[index] as Amount] as [string, Amount]] : [],
    );
  }
}

const signOf = (amount: Amount): bigint => (amount < 0n ? -1n : 1n);
