import type { ChargeRecord, Message } from "./books.ts";
import { messageId } from "./ids.ts";
import { formatInstant, type Instant } from "./time.ts";
import type { Wallet, WalletLine } from "./wallet.ts";
import type { WalletChange } from "./wallet-change.ts";

/** Tells the app that a wallet changed: one message per statement line, numbered like it. */
export function balanceMessage({ wallet, line }: WalletChange): Message {
  return {
    id: messageId("wallet.balance_changed", wallet.id, line.seq),
    type: "wallet.balance_changed",
    walletId: wallet.id,
    seq: line.seq,
    data: balanceData(wallet, line),
    createdAt: line.postedAt,
  };
}

/** What is told of a statement line: what the line says, so the two can be compared for ever. */
export function balanceData(
  wallet: Pick<Wallet, "id" | "owner" | "currency">,
  line: Pick<WalletLine, "seq" | "kind" | "amount" | "balanceAfter" | "chargeId" | "effectiveAt">,
): Message["data"] {
  return {
    wallet_id: wallet.id,
    owner: wallet.owner,
    currency: wallet.currency,
    seq: line.seq,
    kind: line.kind,
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
      id: messageId(type, after.id, after.facts.length),
      type,
      walletId: null,
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
