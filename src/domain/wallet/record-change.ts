import type { Books } from "../books.ts";
import { changeMessages, netMessage } from "../outbox/messages.ts";
import type { Policy } from "../policy/policy.ts";
import type { WalletChange } from "./wallet-change.ts";

/** Puts a change of a wallet into the books: line and entry, what the app is told, and the wallet itself. */
export function recordChange(books: Books, change: WalletChange, policy: Policy): void {
  books.entries.push(change.entry);
  books.walletLines.push(change.line);
  books.messages.push(...changeMessages(change, policy));
  books.putWallet(change.wallet);
}

/** Changes that the app hears of as one: each has its line and entry, all of them one message of what they come to. */
export function recordAsOne(books: Books, changes: readonly WalletChange[]): void {
  for (const { entry, line } of changes) {
    books.entries.push(entry);
    books.walletLines.push(line);
  }
  const [first, last] = [changes[0], changes.at(-1)] as [WalletChange, WalletChange];
  books.messages.push(netMessage(first.line, last.line));
  books.putWallet(last.wallet);
}
