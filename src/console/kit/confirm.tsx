import type { ComponentChildren } from "preact";
import { z } from "zod";
import type { Entry } from "../../domain/book/journal.ts";
import { type Amount, exponentOf, readDecimalAmount } from "../../domain/money.ts";
import { formatInstant, type Instant } from "../../domain/time.ts";
import type { WalletLine } from "../../domain/wallet/wallet.ts";
import type { Preview } from "../../services/spending/previews.ts";
import type { Done, PageContext } from "./page.ts";
import { ActionForm, Empty, Money, moneyText, Table, Time } from "./parts.tsx";

/** What every form has that books something: why, and what was shown before. */
export const confirmedFields = {
  reason: z.string().trim().min(1, "say why: it is asked years later").max(500),
  preview: z.string().max(64),
  shown: z.string().max(4_000).default(""),
};

interface PreviewProps {
  readonly preview: Pick<Preview<unknown>, "entries" | "lines">;
  readonly caption: string;
  readonly provider?: string;
}

/** What would be posted, line by line; a debit is above zero, a credit below. */
export function PreviewTable({ preview: { entries, lines }, caption, provider }: PreviewProps) {
  const postings = entries.flatMap((entry) => entry.postings.map((posting) => ({ entry, posting })));
  if (postings.length === 0) return <Empty>Nothing is posted.</Empty>;
  return (
    <>
      <Table
        caption={caption}
        columns={[
          { head: "Account" },
          { head: "Amount", isNumeric: true },
          { head: "Currency" },
          { head: "Dated" },
        ]}
        rows={postings.map(({ entry, posting: { account, amount, currency } }, index) => ({
          key: String(index),
          cells: [
            <code key="account">{account}</code>,
            <Money key="amount" amount={amount} currency={currency} provider={provider} />,
            currency,
            entry.effectiveAt === entry.postedAt ? "now" : <Time key="at" at={entry.effectiveAt} />,
          ],
        }))}
      />
      <PastMonths entries={entries} />
      {lines.map((line) => (
        <p key={`${line.walletId} ${line.seq}`}>
          Wallet <code>{line.walletId}</code>, line {line.seq}: its balance is then {balanceIn(entries, line)}
          {line.uncovered === 0n ? "" : "; not all of it is covered"}.
        </p>
      ))}
    </>
  );
}

/** What is dated into a month that is past changes what was said of it, by one of the two clocks. */
function PastMonths({ entries }: { readonly entries: readonly Entry[] }) {
  const past = entries
    .filter(({ effectiveAt, postedAt }) => monthOf(effectiveAt) < monthOf(postedAt))
    .map(({ effectiveAt }) => monthOf(effectiveAt));
  const months = [...new Set(past)].sort();
  if (months.length === 0) return null;
  return (
    <p class="notice">
      It is dated into {months.join(", ")}, {months.length === 1 ? "a month that is" : "months that are"}{" "}
      past: by when it happened the figures of {months.length === 1 ? "that month" : "those months"} change,
      also where they were closed; by when we booked it they stay.
    </p>
  );
}

const monthOf = (at: Instant): string => formatInstant(at).slice(0, 7);

function balanceIn(entries: readonly Entry[], { entryId, balanceAfter }: WalletLine): string {
  const currency = entries.find(({ id }) => id === entryId)?.postings[0]?.currency ?? "XXX";
  return `${moneyText(balanceAfter, currency)} ${currency}`;
}

/** The same in words, for saying later what it was. */
export function inWords({ entries, lines }: Pick<Preview<unknown>, "entries" | "lines">): string {
  const posted = entries.flatMap(({ postings }) =>
    postings.map(({ account, amount, currency }) => `${account} ${moneyText(amount, currency)} ${currency}`),
  );
  const balances = lines.map((line) => `line ${line.seq}, balance ${balanceIn(entries, line)}`);
  return [...posted, ...balances].join("; ").slice(0, 600) || "nothing was to be posted";
}

interface ConfirmProps {
  readonly context: Pick<PageContext, "to" | "formFields">;
  readonly path: string;
  readonly action: string;
  /** What was chosen on the page. */
  readonly chosen: Readonly<Record<string, string>>;
  readonly preview: Preview<unknown>;
  readonly button: string;
  readonly children?: ComponentChildren;
}

/** Does what the page has shown, for a reason: if the books have moved by then, nothing. */
export function Confirm({ context, path, action, chosen, preview, button, children }: ConfirmProps) {
  const hidden = { ...chosen, preview: preview.hash, shown: inWords(preview) };
  return (
    <ActionForm context={context} path={path} action={action}>
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} key={name} />
      ))}
      <div class="fields">
        <label>
          Why
          <input type="text" name="reason" required size={50} maxLength={500} />
        </label>
        {children}
      </div>
      <button type="submit">{button}</button>
    </ActionForm>
  );
}

/** To the page that shows what it would be now: nothing was done. */
export function stale(to: string, shown: string): Done {
  return {
    to,
    said: `Nothing was posted: the books have moved since. What was shown then: ${shown}. What it would be now stands below.`,
  };
}

/** An amount as people write it, or why it is none. */
export function amountOf(text: string, currency: string, provider = "iso"): Amount | string {
  const exponent = exponentOf(provider, currency) ?? exponentOf("iso", currency) ?? 0;
  const read = readDecimalAmount(text, exponent);
  switch (read) {
    case "decimal_comma":
      return "Write the amount with a point: 12.50.";
    case "amount_invalid":
      return "That is no amount: write it like 12.50.";
    case "amount_too_precise":
      return `${currency} has ${exponent} decimals.`;
    case "amount_out_of_range":
      return "So much cannot be booked.";
    default:
      return read > 0n ? read : "The amount must be more than 0.";
  }
}
