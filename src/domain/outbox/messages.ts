import { toldKind } from "../book/journal.ts";
import type { ChargeRecord, Message, MessageData } from "../books.ts";
import { type ChargeId, messageId } from "../ids.ts";
import type { Amount } from "../money.ts";
import type { Policy } from "../policy/policy.ts";
import { formatInstant, type Instant } from "../time.ts";
import { balanceOf, type Wallet, type WalletLine } from "../wallet/wallet.ts";
import type { WalletChange } from "../wallet/wallet-change.ts";

/** Of what the statement's lines say themselves: nothing else is kept of it. */
type LineMessage = "wallet.balance_changed" | "wallet.debit_uncovered";

/**
 * What a statement line tells the app. All carry the line's `seq`: it rises by one with every line, not with every message.
 */
export function changeMessages({ wallet, line }: WalletChange, policy: Policy): Message[] {
  const low = policy.lowBalance[wallet.currency];
  const before = line.balanceAfter - line.amount;
  const isLow = low !== undefined && before >= low && line.balanceAfter < low;
  const isUncovered = line.uncovered > 0n && (line.kind === "usage" || line.kind === "debit");
  const messages = [lineMessage("wallet.balance_changed", line, null)];
  if (isUncovered) messages.push(lineMessage("wallet.debit_uncovered", line, null));
  // What counts as low was the policy's word at the time.
  if (isLow) messages.push(lineMessage("wallet.low_balance", line, lowData(wallet, line, low)));
  return messages;
}

/** Of several lines that the app hears of as one, from the first of them to this last one: what they come to. */
export function netMessage(first: WalletLine, last: WalletLine): Message {
  return { ...lineMessage("wallet.balance_changed", last, null), fromSeq: first.seq };
}

function lineMessage(
  type: LineMessage | "wallet.low_balance",
  { walletId, seq, chargeId, postedAt }: WalletLine,
  data: MessageData | null,
): Message {
  return {
    id: messageId(type, walletId, seq),
    type,
    walletId,
    fromSeq: seq,
    seq,
    chargeId,
    data,
    createdAt: postedAt,
  };
}

/**
 * The balance, not what is available: a hold that comes and goes would tell of it every time, and a hold that is settled
 * tells of it here.
 */
function lowData(wallet: Wallet, line: WalletLine, low: Amount): MessageData {
  return {
    ...lineNames(wallet, line),
    balance: balanceOf(wallet).toString(),
    low_balance: low.toString(),
    effective_at: formatInstant(line.effectiveAt),
  };
}

/** What a message is about: a statement line, or several that the app hears of as one, `amount` being what they come to. */
export interface ToldLine
  extends Pick<
    WalletLine,
    "seq" | "kind" | "amount" | "balanceAfter" | "requested" | "covered" | "uncovered" | "effectiveAt"
  > {
  readonly fromSeq: number;
  /** As it was called when the app was told. */
  readonly chargeId: ChargeId | null;
}

type Names = Pick<Wallet, "id" | "owner" | "currency">;

/** What is told of a line: only what never changes, so that every attempt of a message has the same bytes. */
export function lineData(type: LineMessage, wallet: Names, line: ToldLine): MessageData {
  switch (type) {
    case "wallet.balance_changed":
      return balanceData(wallet, line);
    case "wallet.debit_uncovered":
      return uncoveredData(wallet, line);
    default:
      return type satisfies never;
  }
}

function balanceData(wallet: Names, line: ToldLine): MessageData {
  return {
    ...lineNames(wallet, line),
    ...(line.fromSeq === line.seq ? {} : { from_seq: line.fromSeq }),
    ...toldKind(line.kind),
    amount: line.amount.toString(),
    balance: line.balanceAfter.toString(),
    charge_id: line.chargeId,
    effective_at: formatInstant(line.effectiveAt),
  };
}

function uncoveredData(wallet: Names, line: ToldLine): MessageData {
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

function lineNames({ id, owner, currency }: Names, { seq }: Pick<WalletLine, "seq">) {
  return { wallet_id: id, owner, currency, seq };
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
      chargeId: null,
      data: chargeData(after),
      createdAt: now,
    });
  if (before.settledAt === null && after.settledAt !== null) add("charge.settled");
  // Of a charge that had not settled, nothing was told yet.
  const told = before.settledAt === null ? "none" : (before.charge?.reversal ?? "none");
  if (told !== charge.reversal && after.settledAt !== null) add("charge.reversed");
  return messages;
}

function chargeData({ id, key, charge, pin, toppedUp, takenBack }: ChargeRecord): MessageData {
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
