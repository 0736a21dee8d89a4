import type { Books } from "../domain/books.ts";
import type { WalletId } from "../domain/ids.ts";
import type { Instant } from "../domain/time.ts";
import type { Wallet } from "../domain/wallet.ts";
import type { Needs, WalletNeed, Work } from "../store/unit-of-work.ts";

export interface WalletWorkOptions extends Pick<WalletNeed, "holds" | "undo"> {
  readonly alone?: boolean;
}

/** What a person or an app does to one wallet, decided under its lock with all its lots. */
export class WalletWork<Result> implements Work<Result | WalletUnknown> {
  readonly needs: Needs;
  readonly alone: boolean;
  readonly #need: WalletNeed;
  readonly #decide: (wallet: Wallet, books: Books, now: Instant) => Result;

  constructor(
    wallet: WalletId,
    decide: (wallet: Wallet, books: Books, now: Instant) => Result,
    { alone = false, ...also }: WalletWorkOptions = {},
  ) {
    this.needs = { wallets: [wallet] };
    this.alone = alone || also.undo !== undefined;
    this.#need = { wallet, lots: true, charge: null, ...also };
    this.#decide = decide;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [this.#need];
  }

  decide(books: Books, now: Instant): Result | WalletUnknown {
    const wallet = books.wallet(this.#need.wallet);
    return wallet === undefined ? walletUnknown : this.#decide(wallet, books, now);
  }
}

export interface WalletUnknown {
  readonly kind: "wallet_unknown";
}

export const walletUnknown: WalletUnknown = { kind: "wallet_unknown" };
