import { list, object, type Tellable, text } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { type StatementLine, walletLineNoun, walletNoun } from "../../store/wallets/nouns/wallet.ts";
import type { WalletAt } from "../../store/wallets/read/wallets.ts";

/** Of a moment that has passed: what was held or pending then is not kept. */
export function walletAtJson(wallet: WalletAt): Record<string, unknown> {
  const unkept = { held: 0n, pending: "0", lotCount: 0, holdCount: 0, limitCount: 0, nextExpiryAt: null };
  return { ...walletNoun.toJson({ ...wallet, ...unkept }), held: null, available: null, pending: null };
}

const ofWallet = answer<StatementLine>()("OfWallet", "Whose line it is.", () => ({
  walletId: text.example("wal_8c998803f8549369e33e058f"),
}));

/** A line that was booked just now, with its wallet. */
export const bookedLine: Tellable<StatementLine> = {
  ...extended<StatementLine, StatementLine>(ofWallet, (line) => line, walletLineNoun),
  name: "BookedLine",
};

export const bookedLines = answer<{ readonly data: readonly StatementLine[] }>()(
  "BookedLines",
  "Lines that were booked just now.",
  () => ({ data: list(object(bookedLine)) }),
);
