import type { WalletIds } from "../../../domain/ids.ts";
import type { ReconciledRow } from "../../../domain/reconciling/reconciled-row.ts";
import { nextStretch } from "../../../store/audit/read/audit.ts";
import { type WalletSums, walletSums } from "../../../store/audit/read/wallets.ts";
import { auditWallet } from "../../audit/audit-rows.ts";
import { type Comparing, nothingElse, type Plan, pageSize } from "../plan.ts";

/** Whether each wallet's balance is what its postings, its lots and its holds add up to. Nothing of a provider's is needed. */
export const wallets: Plan = { missing: [], mayClose: true, hasWindow: false, found: nothingElse, rows };

async function* rows({ services, run }: Comparing): AsyncGenerator<readonly ReconciledRow[]> {
  const { read, walletIds } = services.store;
  for (let after = 0n; ; ) {
    const stretch = await nextStretch(read, "wallets", after, pageSize);
    if (stretch === null) return;
    after = stretch.upTo;
    const sums = await walletSums(read, stretch);
    yield sums
      .filter(({ currency }) => run.currency === null || currency === run.currency)
      .map((wallet) => rowOf(wallet, walletIds));
  }
}

/** Left is what was posted, right is what the wallet's row says; what else differs is in the detail. */
function rowOf(wallet: WalletSums, walletIds: WalletIds): ReconciledRow {
  const { id, currency } = wallet;
  const problems = auditWallet(wallet, walletIds);
  return {
    key: id,
    class: problems.length === 0 ? "matched" : "differs",
    kind: problems.length === 0 ? null : "wallet_differs",
    claim: null,
    subject: id,
    left: { currency, amount: wallet.posted_paid + wallet.posted_promo },
    right: { currency, amount: wallet.paid + wallet.promo },
    detail: Object.fromEntries(problems.map(({ detail }, index) => [`difference_${index + 1}`, detail])),
    at: null,
    dueAt: null,
  };
}
