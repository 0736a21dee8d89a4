import type { WalletLineKind } from "../../domain/book/journal.ts";
import type { Amount } from "../../domain/money.ts";
import type { StatementLine } from "../../store/wallets/nouns/wallet.ts";
import type { PageContext } from "../kit/page.ts";
import { Money, Table, Time } from "../kit/parts.tsx";
import { lineKindWords } from "../kit/words.ts";

export function WalletLink({ id, context }: { id: string; context: Pick<PageContext, "to"> }) {
  return (
    <a class="id" href={context.to(`/wallets/${id}`)}>
      {id}
    </a>
  );
}

/** Of these the balance decides how much of what is asked for it covers. */
const decides: ReadonlySet<WalletLineKind> = new Set(["take_back", "take_back_correction", "debit", "usage"]);

/** What happened to wallets, with what each balance decided then. */
export function WalletLineTable({
  caption,
  lines,
  currency,
  provider,
  context,
}: {
  readonly caption: string;
  readonly lines: readonly StatementLine[];
  readonly currency: string;
  readonly provider: string;
  readonly context: Pick<PageContext, "to">;
}) {
  const money = (amount: Amount) => <Money amount={amount} currency={currency} provider={provider} />;
  return (
    <Table
      caption={caption}
      columns={[
        { head: "What" },
        { head: currency, isNumeric: true },
        { head: "Covered then", isNumeric: true },
        { head: "Not covered then", isNumeric: true },
        { head: "Balance then", isNumeric: true },
        { head: "Wallet" },
        { head: "When it happened" },
        { head: "When we booked it" },
      ]}
      rows={lines.map((line) => ({
        key: `${line.walletId} ${line.seq}`,
        cells: [
          `${lineKindWords[line.kind]}, line ${line.seq}`,
          money(line.amount),
          decides.has(line.kind) ? money(line.covered) : "–",
          decides.has(line.kind) ? money(line.uncovered) : "–",
          money(line.balanceAfter),
          <WalletLink key="wallet" id={line.walletId} context={context} />,
          <Time key="effective" at={line.effectiveAt} />,
          <Time key="posted" at={line.postedAt} />,
        ],
      }))}
    />
  );
}
