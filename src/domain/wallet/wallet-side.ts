import type { Books, ChargeRecord } from "../books.ts";
import type { Charge } from "../charge/charge.ts";
import type { Circumstances } from "../circumstances.ts";
import { type Amount, clamp, maximum, sum } from "../money.ts";
import { growth, type LotPlan, withoutFirst } from "../policy/lot-plans.ts";
import { pinnedTerms } from "../policy/pin.ts";
import type { Pin, Policy, PolicyBook } from "../policy/policy.ts";
import { nothing, type WalletTargets, walletTargets } from "../policy/wallet-targets.ts";
import type { Instant } from "../time.ts";
import { debit, reverseDebit } from "./debit.ts";
import { expire } from "./expire.ts";
import { recordChange } from "./record-change.ts";
import { restore } from "./restore.ts";
import { takeBack } from "./take-back.ts";
import { topUp } from "./top-up.ts";
import { emptyWallet, type Wallet, type WalletLine } from "./wallet.ts";
import type { ChargeCause, WalletChange } from "./wallet-change.ts";

interface Settling {
  readonly charge: Charge;
  readonly pin: Pin | null;
  readonly settled: Instant | null;
  readonly policy: Policy;
  readonly circumstances: Circumstances;
}

type WalletSide = Pick<ChargeRecord, "toppedUp" | "takenBack" | "debited" | "walletLines">;

/** Brings a charge's wallet from the S and T that were posted to those that the charge now asks for. */
export function moveWallet(books: Books, before: ChargeRecord, settling: Settling): WalletSide {
  const { charge, pin, settled, policy } = settling;
  if (pin === null || pin.owner === null || pin.walletId === null) return unmoved(before);
  // Pinned, but not settled: a rebooking asks for more than this charge is by now.
  const targets = settled === null ? nothing : walletTargets(charge, pinnedTerms(pin, policy, charge));
  const wallet = books.wallet(pin.walletId) ?? emptyWallet(pin.walletId, pin.owner, charge.currency);
  const moving = new Moving(wallet, before, settling);
  moving.to(targets, soldBefore(before, targets, settling.circumstances.policies));
  for (const change of moving.changes) recordChange(books, change, settling.circumstances.policies.current);
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
  readonly changes: WalletChange[] = [];
  readonly #before: ChargeRecord;
  readonly #cause: ChargeCause;
  readonly #policy: Policy;
  readonly #settledAt: Instant;
  /** When what is taken back was given back: refunds may be told before the payment they return. */
  readonly #returnedAt: Instant;
  wallet: Wallet;
  lines: readonly WalletLine[];

  constructor(wallet: Wallet, before: ChargeRecord, { charge, policy, settled, circumstances }: Settling) {
    this.wallet = wallet;
    this.lines = before.walletLines;
    this.#before = before;
    this.#policy = policy;
    this.#settledAt = settled ?? circumstances.occurredAt;
    this.#cause = {
      chargeId: before.id,
      eventId: circumstances.eventId,
      reason: circumstances.reason,
      effectiveAt: circumstances.occurredAt,
      postedAt: circumstances.now,
    };
    this.#returnedAt = before.toppedUp === 0n ? lastReturn(charge, this.#cause) : this.#cause.effectiveAt;
  }

  /** What raises the wallet goes first: a part of the same document must not look uncovered for want of another. */
  to(targets: WalletTargets, sold: readonly LotPlan[]): void {
    const topUpBy = targets.toppedUp - this.#before.toppedUp;
    const takeBackBy = targets.takenBack - this.#before.takenBack;
    const debitBy = targets.debited - this.#before.debited;
    const regrown = clamp(topUpBy, 0n, this.#takenFromFallingS());
    if (topUpBy > regrown) this.#topUp(withoutFirst(regrown, growth(targets.lots, sold, topUpBy)));
    // S and T that fall together move nothing: what was taken back is simply no longer sold either.
    const net = takeBackBy + maximum(-topUpBy, 0n) - regrown;
    if (net < 0n) this.#restore(-net);
    if (debitBy < 0n) this.#reverseDebit(-debitBy);
    if (net > 0n) this.#takeBack(net);
    if (debitBy > 0n) this.#debit(debitBy);
  }

  /**
   * What was taken back because S fell, beyond T. When S grows again, that comes back to where it was taken from, what was
   * spent and written off included: a new lot instead would give what was spent a second time.
   */
  #takenFromFallingS(): Amount {
    const own = this.lines.filter(({ chargeId }) => chargeId === this.#before.id);
    const of = (kind: WalletLine["kind"]) =>
      sum(own.filter((line) => line.kind === kind).map((line) => line.requested));
    return maximum(of("take_back") - of("restore") - this.#before.takenBack, 0n);
  }

  #topUp(plans: readonly LotPlan[]): void {
    this.#add(topUp(this.wallet, this.#cause, plans, this.#settledAt));
  }

  #takeBack(amount: Amount): void {
    this.#expire();
    const cause = { ...this.#cause, effectiveAt: this.#returnedAt };
    this.#add(takeBack(this.wallet, cause, amount, this.#policy.onUncoveredReversal));
  }

  #restore(amount: Amount): void {
    this.#expire();
    this.#add(restore(this.wallet, this.#cause, amount, this.lines));
  }

  #debit(amount: Amount): void {
    this.#expire();
    this.#add(debit(this.wallet, this.#cause, amount));
  }

  #reverseDebit(amount: Amount): void {
    this.#expire();
    this.#add(reverseDebit(this.wallet, this.#cause, amount, this.lines));
  }

  /**
   * Expiry is enforced where value leaves, however late the sweeper is; and before value comes back, since a lot that is
   * given more time for that would keep its due rest too.
   */
  #expire(): void {
    const expired = expire(this.wallet, { ...this.#cause, chargeId: null });
    if (expired !== null) this.#add(expired);
  }

  #add(change: WalletChange): void {
    this.changes.push(change);
    this.wallet = change.wallet;
    this.lines = [...this.lines, change.line];
  }
}

/** When the last refund or dispute moved money, if that is after what caused this. */
function lastReturn({ movements }: Charge, { effectiveAt }: ChargeCause): Instant {
  const returns = movements.filter(
    ({ effective, warning, kind }) =>
      effective && !warning && kind !== "credit" && kind !== "credit_reversal",
  );
  return returns.reduce((last, { occurredAt }) => maximum(last, occurredAt), effectiveAt);
}
