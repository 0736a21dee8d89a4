import type { Deed } from "../../domain/action.ts";
import type { PastLine } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import { type EntryId, entryId, lineOfEntry } from "../../domain/ids.ts";
import { undoDebit, undoGrant } from "../../domain/wallet/undo.ts";
import type { Wallet, WalletLine } from "../../domain/wallet/wallet.ts";
import { type Cause, type WalletChange, withoutCharge } from "../../domain/wallet/wallet-change.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";
import type { Bookable } from "./book-by-hand.ts";
import { WalletWork } from "./wallet-work.ts";

export interface EntryReversal {
  readonly entryId: EntryId;
  readonly reason: string;
}

export type EntryReversed =
  | { readonly kind: "reversed"; readonly line: WalletLine; readonly currency: string }
  /** It was reversed before, by this entry: nothing happens. */
  | { readonly kind: "already_reversed"; readonly entryId: EntryId }
  | { readonly kind: "entry_unknown" }
  /** It is neither a grant nor a debit by hand. */
  | { readonly kind: "not_reversible" }
  /** All of the grant is spent, held, or expired. */
  | { readonly kind: "nothing_left" };

/** Undoes what a person booked: a debit altogether, a grant as far as its lot still has it. */
export async function reverseEntry(services: Services, reversal: EntryReversal): Promise<EntryReversed> {
  const reversing = reversingEntry(services, reversal);
  if (reversing === null) return { kind: "entry_unknown" };
  return services.store.write(recorded(services, reversing.work, reversing.deedOf));
}

/** `null` if there can be no such entry. */
export function reversingEntry(
  { policies }: Services,
  { entryId: id, reason }: EntryReversal,
): Bookable<EntryReversed> | null {
  const named = lineOfEntry(id);
  if (named === undefined) return null;
  const policy = policies.current;
  const unknown: EntryReversed = { kind: "entry_unknown" };
  const need = { unknown, undo: { entry: id } };
  const work = new WalletWork<EntryReversed>(named.walletId, need, (wallet, books, now) => {
    const past = books.pastLine(id);
    if (past === undefined) return unknown;
    if (past.reversedBy !== null)
      return { kind: "already_reversed", entryId: entryId(wallet.id, past.reversedBy) };
    const isByHand = past.line.chargeId === null && ["debit", "grant"].includes(past.line.kind);
    if (!isByHand) return { kind: "not_reversible" };
    const changes = new Changes(wallet, now);
    const change = undo(changes.wallet, withoutCharge(now, reason), past);
    if (change === null) return { kind: "nothing_left" };
    changes.add(change);
    changes.record(books, policy);
    return { kind: "reversed", line: change.line, currency: changes.wallet.currency };
  });
  const deedOf = (result: EntryReversed): Deed | null => {
    if (result.kind !== "reversed") return null;
    const { line, currency } = result;
    const after = { entry: line.entryId, amount: String(line.amount), currency };
    return { action: "entry.reverse", subject: id, reason, before: null, after };
  };
  return { work, deedOf };
}

function undo(wallet: Wallet, cause: Cause, past: PastLine): WalletChange | null {
  return past.line.kind === "debit" ? undoDebit(wallet, cause, past.line) : undoGrant(wallet, cause, past);
}
