import type { Books } from "./books.ts";
import type { Policy } from "./policy/policy.ts";
import type { Instant } from "./time.ts";
import { expire } from "./wallet/moves.ts";
import type { Wallet } from "./wallet/wallet.ts";
import { recordChange, type WalletChange, withoutCharge } from "./wallet/wallet-change.ts";

/** What happens to one wallet at one moment, each on top of the last; nothing of it is in the books before `record`. */
export class Changes {
  readonly #changes: WalletChange[] = [];
  readonly #now: Instant;
  wallet: Wallet;

  /** Expiry is enforced wherever value leaves or comes back, however late the sweeper is. */
  constructor(wallet: Wallet, now: Instant) {
    this.wallet = wallet;
    this.#now = now;
    this.expire();
  }

  /** A change that was made of {@link wallet}. */
  add(change: WalletChange): void {
    this.#changes.push(change);
    this.wallet = change.wallet;
  }

  expire(): void {
    const expired = expire(this.wallet, withoutCharge(this.#now, null));
    if (expired !== null) this.add(expired);
  }

  record(books: Books, policy: Policy): void {
    for (const change of this.#changes) recordChange(books, change, policy);
    books.putWallet(this.wallet);
  }

  get last(): WalletChange | undefined {
    return this.#changes.at(-1);
  }
}
