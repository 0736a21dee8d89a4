import { Balances } from "../book/journal.ts";
import type { Books, ChargeRecord } from "../books.ts";
import type { Charge } from "../charge/charge.ts";
import type { Circumstances } from "../circumstances.ts";
import { type Amount, minimum, sum } from "../money.ts";
import { datedTargets } from "../policy/dated-targets.ts";
import { cutTo, growth, type LotPlan, withoutFirst } from "../policy/lot-plans.ts";
import { pinnedTerms } from "../policy/pin.ts";
import type { Pin, Policy, PolicyBook } from "../policy/policy.ts";
import { nothing, type WalletTargets, walletTargets } from "../policy/wallet-targets.ts";
import { type Instant, quarterOf } from "../time.ts";
import { inSpendOrder, type NewLot, noMove, paidLot } from "./lots.ts";
import { debit, expire, restore, reverseDebit, takeBack, topUp, undoAtOnce } from "./moves.ts";
import { emptyWallet, type Lot, type LotMove, type Wallet, type WalletLine } from "./wallet.ts";
import {
  type ChargeCause,
  changeWallet,
  type LotTerms,
  recordAsOne,
  recordChange,
  type WalletChange,
} from "./wallet-change.ts";
import {
  type BackKind,
  type OutKind,
  type Step,
  type Undone,
  type WalletSteps,
  walletSteps,
} from "./wallet-steps.ts";

/**
 * What a charge sold turns out to be planned otherwise: what is left of its lots gets the priority and expiry that it would
 * have had from the start. Nothing is gained or lost by that, and what was spent stays spent: of several plans the first in
 * the order of spending. `null` if all is as it should be.
 */
export function replan(
  wallet: Wallet,
  cause: ChargeCause,
  plans: readonly LotPlan[],
  settledAt: Instant,
): WalletChange | null {
  const own = wallet.lots.filter(({ kind, chargeId }) => kind === "paid" && chargeId === cause.chargeId);
  const planned = leftOf(plans, sum(own.map(({ remaining }) => remaining)), (plan) =>
    paidLot(cause.chargeId, plan.amount, plan, settledAt),
  );
  const [first] = planned;
  if (first === undefined) return null;
  const moves: LotMove[] = [];
  const newTerms = new Map<number, LotTerms>();
  const isAsPlanned = (lot: Lot) => planned.some((plan) => haveSameTerms(lot, plan));
  for (const lot of [...own.filter(isAsPlanned), ...own.filter((lot) => !isAsPlanned(lot))]) {
    const plan =
      planned.find((one) => haveSameTerms(lot, one)) ?? planned.find(({ left }) => left > 0n) ?? first;
    const kept = minimum(lot.remaining, plan.left);
    plan.left -= kept;
    if (!haveSameTerms(lot, plan))
      newTerms.set(lot.ordinal, { priority: plan.priority, expiresAt: plan.expiresAt });
    if (newTerms.has(lot.ordinal) || kept < lot.remaining)
      moves.push({ ...noMove(lot), remaining: kept - lot.remaining });
  }
  if (moves.length === 0) return null;
  const newLots = planned.flatMap(({ left, ...lot }) =>
    left === 0n ? [] : [{ ...lot, amount: left, remaining: left }],
  );
  return changeWallet(wallet, cause, {
    kind: "replanned",
    requested: 0n,
    uncovered: 0n,
    lotMoves: moves,
    uncoveredMoves: [],
    newLots,
    newTerms,
    against: new Balances(),
  });
}

type Planned = NewLot & { left: Amount };

/** What of each plan is left where `remaining` is left of all: what is spent last is. In the order of spending. */
function leftOf(plans: readonly LotPlan[], remaining: Amount, lotOf: (plan: LotPlan) => NewLot): Planned[] {
  const lots = plans.map((plan, index) => ({ ...lotOf(plan), ordinal: index }) as NewLot & Lot);
  let rest = remaining;
  return inSpendOrder(lots)
    .reverse()
    .map(({ ordinal: _, ...lot }) => {
      const left = minimum(rest, lot.amount);
      rest -= left;
      return { ...lot, left };
    })
    .reverse();
}

function haveSameTerms(a: LotTerms, b: LotTerms): boolean {
  return a.priority === b.priority && a.expiresAt === b.expiresAt;
}

interface Settling {
  readonly charge: Charge;
  readonly pin: Pin | null;
  readonly settled: Instant | null;
  readonly policy: Policy;
  readonly circumstances: Circumstances;
  /** Whether it has turned out to be what another charge sold: then that was planned by another document. */
  readonly isMerged: boolean;
}

type WalletSide = Pick<ChargeRecord, "toppedUp" | "takenBack" | "debited" | "walletLines">;

/** Brings a charge's wallet from the S and T that were posted, quarter by quarter, to those that the charge now asks for. */
export function moveWallet(books: Books, before: ChargeRecord, settling: Settling): WalletSide {
  const { charge, pin, settled, policy } = settling;
  if (pin === null || pin.owner === null || pin.walletId === null) return unmoved(before);
  // Pinned, but not settled: a rebooking asks for more than this charge is by now.
  const dated = settled === null ? [] : datedTargets(charge, pinnedTerms(pin, policy, charge), settled);
  const targets = dated.at(-1)?.targets ?? nothing;
  const wallet = books.wallet(pin.walletId) ?? emptyWallet(pin.walletId, pin.owner, charge.currency);
  const moving = new Moving(wallet, before, settling);
  const own = before.walletLines.filter(({ chargeId }) => chargeId === before.id);
  const sold = settling.isMerged
    ? cutTo(before.toppedUp, targets.lots)
    : soldBefore(before, targets, settling.circumstances.policies);
  moving.to(targets, walletSteps(dated, own), sold);
  if (settling.isMerged) moving.replan(targets);
  for (const changes of moving.changes) {
    const [only, ...others] = changes as [WalletChange, ...WalletChange[]];
    if (others.length > 0) recordAsOne(books, changes);
    else recordChange(books, only, settling.circumstances.policies.current);
  }
  const { toppedUp, takenBack, debited } = targets;
  return { toppedUp, takenBack, debited, walletLines: moving.lines };
}

/** Where S grows: what was sold until now, as lots, under the rules it was sold by. */
function soldBefore(
  { charge, pin, toppedUp }: ChargeRecord,
  targets: WalletTargets,
  policies: PolicyBook,
): readonly LotPlan[] {
  const grows = charge !== null && pin !== null && toppedUp > 0n && targets.toppedUp > toppedUp;
  if (!grows) return [];
  return walletTargets(charge, pinnedTerms(pin, policies.version(pin.policyVersion), charge)).lots;
}

/** Only the wallet's side of the record: the provider's side may just have been posted. */
function unmoved({ toppedUp, takenBack, debited, walletLines }: ChargeRecord): WalletSide {
  return { toppedUp, takenBack, debited, walletLines };
}

/** The statement lines that one event causes on one wallet, each on top of the last. */
class Moving {
  /** What is told to the app as one change stands together. */
  readonly changes: WalletChange[][] = [];
  readonly #before: ChargeRecord;
  readonly #cause: Omit<ChargeCause, "effectiveAt">;
  readonly #policy: Policy;
  readonly #settledAt: Instant;
  wallet: Wallet;
  lines: readonly WalletLine[];

  constructor(wallet: Wallet, before: ChargeRecord, { policy, settled, circumstances }: Settling) {
    this.wallet = wallet;
    this.lines = before.walletLines;
    this.#before = before;
    this.#policy = policy;
    this.#settledAt = settled ?? circumstances.occurredAt;
    this.#cause = {
      chargeId: before.id,
      eventId: circumstances.eventId,
      reason: circumstances.reason,
      postedAt: circumstances.now,
    };
  }

  /** What raises the wallet goes first: a part of the same document must not look uncovered for want of another. */
  to(targets: WalletTargets, steps: WalletSteps, sold: readonly LotPlan[]): void {
    this.#topUp(targets, steps.topUps, sold);
    const { returns, debits } = steps;
    for (const step of returns.backs) this.#restore(step);
    for (const step of debits.backs) this.#reverseDebit(step);
    for (const undone of returns.undone) this.#takeBackAndUndo(undone);
    for (const undone of debits.undone) this.#debitAndUndo(undone);
    for (const step of returns.outs) this.#takeBack(step);
    for (const step of debits.outs) this.#debit(step);
  }

  /** The document's plans hold for what was sold before it was known, as if it had been known from the start. */
  replan({ lots }: WalletTargets): void {
    const change = replan(this.wallet, this.#at(this.#settledAt), lots, this.#settledAt);
    if (change !== null) this.#add(change);
  }

  /** New lots are those that S has beyond what was sold before, and beyond what comes back to where it was taken from. */
  #topUp(targets: WalletTargets, steps: readonly Step<"top_up">[], sold: readonly LotPlan[]): void {
    const amount = sum(steps.map((step) => step.amount));
    if (amount === 0n) return;
    const grown = targets.toppedUp - this.#before.toppedUp;
    let plans = withoutFirst(grown - amount, growth(targets.lots, sold, grown));
    for (const step of steps) {
      const at = quarterOf(step.at) === quarterOf(this.#settledAt) ? this.#settledAt : step.at;
      this.#add(topUp(this.wallet, this.#at(at), cutTo(step.amount, plans), this.#settledAt));
      plans = withoutFirst(step.amount, plans);
    }
  }

  #takeBack({ at, kind, amount }: Step<OutKind>): void {
    this.#expire();
    this.#add(
      takeBack(this.wallet, this.#at(at), { kind, amount, onUncovered: this.#policy.onUncoveredReversal }),
    );
  }

  #restore({ at, kind, amount }: Step<BackKind>): void {
    this.#expire();
    this.#add(restore(this.wallet, this.#at(at), { kind, amount, lines: this.lines }));
  }

  #debit({ at, amount }: Step<"debit">): void {
    this.#expire();
    this.#add(debit(this.wallet, this.#at(at), amount));
  }

  #reverseDebit({ at, amount }: Step<"debit_reversal">): void {
    this.#expire();
    this.#add(reverseDebit(this.wallet, this.#at(at), amount, this.lines));
  }

  /**
   * Nothing stays of it but its two lines: lots, expiry, recovery and what was written off are as they were. Where what was
   * posted only turns out to be of another time, its value is given back first: what has it is what it is taken from again.
   */
  #takeBackAndUndo({ out: { at, kind, amount }, back }: Undone<OutKind, BackKind>): void {
    const { wallet, lines } = this;
    const onUncovered = this.#policy.onUncoveredReversal;
    const given =
      back.kind === "restore" ? null : restore(wallet, this.#at(back.at), { kind: back.kind, amount, lines });
    if (given !== null && this.#wasTakenHere(given)) this.#addUndone(given, at, kind);
    else this.#addUndone(takeBack(wallet, this.#at(at), { kind, amount, onUncovered }), back.at, back.kind);
  }

  #debitAndUndo({ out: { at, kind, amount }, back }: Undone<"debit", "debit_reversal">): void {
    const isOfAnotherTime = this.#debitedIn(quarterOf(back.at)) >= amount;
    const given = isOfAnotherTime ? reverseDebit(this.wallet, this.#at(back.at), amount, this.lines) : null;
    if (given !== null && this.#wasTakenHere(given)) this.#addUndone(given, at, kind);
    else this.#addUndone(debit(this.wallet, this.#at(at), amount), back.at, back.kind);
  }

  #addUndone(change: WalletChange, at: Instant, kind: OutKind | BackKind | "debit" | "debit_reversal"): void {
    this.#add(change, undoAtOnce(this.wallet, change, this.#at(at), kind));
  }

  /** What no lot of this wallet is owed comes back as a lot of its own. */
  #wasTakenHere(given: WalletChange): boolean {
    return given.wallet.lotCount === this.wallet.lotCount;
  }

  #debitedIn(quarter: Instant): Amount {
    const own = this.lines.filter(
      ({ chargeId, effectiveAt }) => chargeId === this.#cause.chargeId && quarterOf(effectiveAt) === quarter,
    );
    const of = (kind: WalletLine["kind"]) =>
      sum(own.filter((line) => line.kind === kind).map(({ requested }) => requested));
    return of("debit") - of("debit_reversal");
  }

  /**
   * Expiry is enforced where value leaves, however late the sweeper is; and before value comes back, since a lot that is
   * given more time for that would keep its due rest too.
   */
  #expire(): void {
    const { postedAt } = this.#cause;
    const expired = expire(this.wallet, { ...this.#cause, chargeId: null, effectiveAt: postedAt });
    if (expired !== null) this.#add(expired);
  }

  #at(effectiveAt: Instant): ChargeCause {
    return { ...this.#cause, effectiveAt };
  }

  #add(...changes: WalletChange[]): void {
    this.changes.push(changes);
    this.wallet = (changes.at(-1) as WalletChange).wallet;
    this.lines = [...this.lines, ...changes.map(({ line }) => line)];
  }
}
