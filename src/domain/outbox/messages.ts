import { toldKind } from "../book/journal.ts";
import type { ChargeRecord, Message } from "../books.ts";
import { messageId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Policy } from "../policy/policy.ts";
import { formatInstant, type Instant } from "../time.ts";
import { balanceOf, type Wallet, type WalletLine } from "../wallet/wallet.ts";
import type { WalletChange } from "../wallet/wallet-change.ts";

/**
 * What a statement line tells the app. All carry the line's `seq`: it rises by one with every line, not with every message.
 */
export function changeMessages(change: WalletChange, policy: Policy): Message[] {
  const { wallet, line } = change;
  const low = policy.lowBalance[wallet.currency];
  const before = line.balanceAfter - line.amount;
  const isLow = low !== undefined && before >= low && line.balanceAfter < low;
  const isUncovered = line.uncovered > 0n && (line.kind === "usage" || line.kind === "debit");
  return [
    balanceMessage(change),
    ...(isUncovered ? [lineMessage("wallet.debit_uncovered", change, uncoveredData(change))] : []),
    ...(isLow ? [lineMessage("wallet.low_balance", change, lowData(change, low))] : []),
  ];
}

/** Tells the app that a wallet changed: one message per statement line, numbered like it. */
function balanceMessage(change: WalletChange): Message {
  const { wallet, line } = change;
  return lineMessage("wallet.balance_changed", change, balanceData(wallet, line));
}

/** Of several lines that the app hears of as one, from the first of them to this last one: what they come to. */
export function netMessage(first: WalletLine, last: WalletChange): Message {
  const amount = last.line.balanceAfter - (first.balanceAfter - first.amount);
  const data = balanceData(last.wallet, { ...last.line, amount }, first.seq);
  return { ...lineMessage("wallet.balance_changed", last, data), fromSeq: first.seq };
}

function lineMessage(
  type: "wallet.balance_changed" | "wallet.debit_uncovered" | "wallet.low_balance",
  { wallet, line }: WalletChange,
  data: Message["data"],
): Message {
  return {
    id: messageId(type, wallet.id, line.seq),
    type,
    walletId: wallet.id,
    fromSeq: line.seq,
    seq: line.seq,
    data,
    createdAt: line.postedAt,
  };
}

function uncoveredData({ wallet, line }: WalletChange): Message["data"] {
  return {
    ...lineNames(wallet, line),
    kind: line.kind,
    requested: line.requested.toString(),
    covered: line.covered.toString(),
    uncovered: line.uncovered.toString(),
    charge_id: line.chargeId,
    effective_at: formatInstant(line.effectiveAt),
  };
}

/**
 * The balance, not what is available: a hold that comes and goes would tell of it every time, and a hold that is settled
 * tells of it here.
 */
function lowData({ wallet, line }: WalletChange, low: Amount): Message["data"] {
  return {
    ...lineNames(wallet, line),
    balance: balanceOf(wallet).toString(),
    low_balance: low.toString(),
    effective_at: formatInstant(line.effectiveAt),
  };
}

function lineNames(
  { id, owner, currency }: Pick<Wallet, "id" | "owner" | "currency">,
  { seq }: Pick<WalletLine, "seq">,
) {
  return { wallet_id: id, owner, currency, seq };
}

/**
 * What is told of a statement line: what the line says, so the two can be compared for ever; or of several, from `fromSeq`
 * to that line, what they come to.
 */
export function balanceData(
  wallet: Pick<Wallet, "id" | "owner" | "currency">,
  line: Pick<WalletLine, "seq" | "kind" | "amount" | "balanceAfter" | "chargeId" | "effectiveAt">,
  fromSeq: number = line.seq,
): Message["data"] {
  return {
    ...lineNames(wallet, line),
    ...(fromSeq === line.seq ? {} : { from_seq: fromSeq }),
    ...toldKind(line.kind),
    amount: line.amount.toString(),
    balance: line.balanceAfter.toString(),
    charge_id: line.chargeId,
    effective_at: formatInstant(line.effectiveAt),
  };
}

/** Tells the app that a charge settled for the first time, and whenever its reversal changes. */
export function chargeMessages(before: ChargeRecord, after: ChargeRecord, now: Instant): Message[] {
  const { charge } = after;
  if (charge === null) return [];
  const messages: Message[] = [];
  const add = (type: "charge.settled" | "charge.reversed") =>
    messages.push({
      id: messageId(type, after.id, after.factCount),
      type,
      walletId: null,
      fromSeq: null,
      seq: null,
      data: chargeData(after),
      createdAt: now,
    });
  if (before.settledAt === null && after.settledAt !== null) add("charge.settled");
  // Of a charge that had not settled, nothing was told yet.
  const told = before.settledAt === null ? "none" : (before.charge?.reversal ?? "none");
  if (told !== charge.reversal && after.settledAt !== null) add("charge.reversed");
  return messages;
}

function chargeData({ id, key, charge, pin, toppedUp, takenBack }: ChargeRecord): Message["data"] {
  return {
    charge_id: id,
    provider: key.provider,
    account: key.account,
    ref: key.ref,
    owner: pin?.owner ?? null,
    wallet_id: pin?.walletId ?? null,
    currency: charge?.currency ?? null,
    grand_total: charge?.grandTotal?.toString() ?? null,
    reversal: charge?.reversal ?? null,
    topped_up: toppedUp.toString(),
    taken_back: takenBack.toString(),
  };
}
