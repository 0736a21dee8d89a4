import type { Books } from "../books.ts";
import { changeMessages } from "../outbox/messages.ts";
import type { Policy } from "../policy/policy.ts";
import type { WalletChange } from "./wallet-change.ts";

/** Puts a change of a wallet into the books: line and entry, what the app is told, and the wallet itself. */
export function recordChange(books: Books, change: WalletChange, policy: Policy): void {
  books.entries.push(change.entry);
  books.walletLines.push(change.line);
  books.messages.push(...changeMessages(change, policy));
  books.putWallet(change.wallet);
}
