import type { Books } from "../../domain/books.ts";
import type { WalletId } from "../../domain/ids.ts";
import { emptyWallet, type Wallet } from "../../domain/wallet/wallet.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import type { Services } from "../services.ts";

export interface OpenWalletRequest {
  readonly owner: string;
  readonly currency: string;
}

export interface OpenedWallet {
  readonly kind: "opened" | "exists";
  readonly wallet: Wallet;
}

/** Gives an owner an empty wallet in a currency, or the one there is. */
export function openWallet(services: Services, request: OpenWalletRequest): Promise<OpenedWallet> {
  return services.store.write(
    new OpenWallet(services.store.walletIds.of(request.owner, request.currency), request),
  );
}

class OpenWallet implements Work<OpenedWallet> {
  readonly needs: Needs;
  readonly #wallet: Wallet;

  constructor(id: WalletId, { owner, currency }: OpenWalletRequest) {
    this.#wallet = emptyWallet(id, owner, currency);
    this.needs = { wallets: [this.#wallet.id] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [{ wallet: this.#wallet.id, lots: false, charge: null }];
  }

  decide(books: Books): OpenedWallet {
    const wallet = books.wallet(this.#wallet.id);
    if (wallet !== undefined) return { kind: "exists", wallet };
    books.putWallet(this.#wallet);
    return { kind: "opened", wallet: this.#wallet };
  }
}
