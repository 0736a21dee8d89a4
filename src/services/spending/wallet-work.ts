import type { Books } from "../../domain/books.ts";
import type { WalletId } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Wallet } from "../../domain/wallet/wallet.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";

export interface WalletWorkOptions<Result> extends Pick<WalletNeed, "holds" | "undo"> {
  /** The result if there is no such wallet. */
  readonly unknown: Result;
  readonly alone?: boolean;
}

/** What a person or an app does to one wallet, decided under its lock with all its lots. */
export class WalletWork<Result> implements Work<Result> {
  readonly needs: Needs;
  readonly alone: boolean;
  readonly #need: WalletNeed;
  readonly #unknown: Result;
  readonly #decide: (wallet: Wallet, books: Books, now: Instant) => Result;

  constructor(
    wallet: WalletId,
    { unknown, alone = false, ...also }: WalletWorkOptions<Result>,
    decide: (wallet: Wallet, books: Books, now: Instant) => Result,
  ) {
    this.needs = { wallets: [wallet] };
    this.alone = alone || also.undo !== undefined;
    this.#need = { wallet, lots: true, charge: null, ...also };
    this.#unknown = unknown;
    this.#decide = decide;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [this.#need];
  }

  decide(books: Books, now: Instant): Result {
    const wallet = books.wallet(this.#need.wallet);
    return wallet === undefined ? this.#unknown : this.#decide(wallet, books, now);
  }
}
