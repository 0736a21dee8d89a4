import type { Books } from "../../domain/books.ts";
import type { WalletId } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Wallet } from "../../domain/wallet/wallet.ts";
import type { WalletNeed, Work } from "../../store/batch/unit-of-work.ts";

export interface WalletWorkOptions<Result> extends Pick<WalletNeed, "holds" | "undo"> {
  /** The result if there is no such wallet. */
  readonly unknown: Result;
  readonly alone?: boolean;
}

/** What a person or an app does to one wallet, decided under its lock with all its lots. */
export function workOnWallet<Result>(
  id: WalletId,
  { unknown, alone = false, ...also }: WalletWorkOptions<Result>,
  decide: (wallet: Wallet, books: Books, now: Instant) => Result,
): Work<Result> {
  return {
    needs: { wallets: [id] },
    alone: alone || also.undo !== undefined,
    walletNeeds: () => [{ wallet: id, lots: true, charge: null, ...also }],
    decide(books, now) {
      const wallet = books.wallet(id);
      return wallet === undefined ? unknown : decide(wallet, books, now);
    },
  };
}
