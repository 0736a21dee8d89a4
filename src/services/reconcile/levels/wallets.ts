import type { ReconciledRow } from "../../../domain/matching/reconciled-row.ts";
import { nextStretch } from "../../../store/read/audit.ts";
import { type WalletSums, walletSums } from "../../../store/read/audit-wallets.ts";
import { type Comparing, nothingElse, type Plan, pageSize } from "../plan.ts";

/** Whether each wallet's balance is what its postings, its lots and its holds add up to. Nothing of a provider's is needed. */
export const wallets: Plan = { missing: [], mayClose: true, hasWindow: false, found: nothingElse, rows };

async function* rows({ services, run }: Comparing): AsyncGenerator<readonly ReconciledRow[]> {
  const { read } = services.store;
  for (let after = 0n; ; ) {
    const stretch = await nextStretch(read, "wallets", after, pageSize);
    if (stretch === null) return;
    after = stretch.upTo;
    const sums = await walletSums(read, stretch);
    yield sums.filter(({ currency }) => run.currency === null || currency === run.currency).map(rowOf);
  }
}

/** Left is what was posted, right is what the wallet's row says. */
function rowOf(wallet: WalletSums): ReconciledRow {
  const { id, currency } = wallet;
  const posted = wallet.posted_paid + wallet.posted_promo;
  const cached = wallet.paid + wallet.promo;
  const compared: [string, bigint, bigint][] = [
    ["paid", wallet.posted_paid, wallet.paid],
    ["promo", wallet.posted_promo, wallet.promo],
    ["lots_paid", wallet.lots_paid, wallet.paid],
    ["lots_promo", wallet.lots_promo, wallet.promo],
    ["held", wallet.open_holds, wallet.held],
    ["recovery", wallet.posted_recovery, wallet.recovery],
    ["statement", wallet.lines_amount, cached],
  ];
  const differing = compared.filter(([, is, says]) => is !== says);
  return {
    key: id,
    class: differing.length === 0 ? "matched" : "differs",
    kind: differing.length === 0 ? null : "wallet_differs",
    claim: null,
    subject: id,
    left: { currency, amount: posted },
    right: { currency, amount: cached },
    detail: Object.fromEntries(
      differing.map(([name, is, says]) => [name, `${is} follows, ${says} is stored`]),
    ),
    at: null,
    dueAt: null,
  };
}
