import type { ComponentChildren } from "preact";
import type { Posting } from "../../domain/book/journal.ts";
import { absolute, exponentFor, toDecimal } from "../../domain/money.ts";
import { formatInstant, type Instant } from "../../domain/time.ts";
import type { PageContext } from "./page.ts";

interface MoneyProps {
  /** Minor units; `null` is not stated yet, which is not 0. */
  readonly amount: bigint | null;
  readonly currency: string;
  /** Whose exponent counts. */
  readonly provider?: string | undefined;
  /** Who owes whom: "taken back", "owed to us". */
  readonly word?: string | undefined;
}

/** An amount without its currency, which stands in a column of its own. Exact to any size: it never becomes a number. */
export function Money({ amount, currency, provider, word }: MoneyProps) {
  if (amount === null) return <span class="unknown">not stated yet</span>;
  return (
    <>
      <data value={String(amount)} title={`${amount} minor units of ${currency}`}>
        {moneyText(amount, currency, provider)}
      </data>
      {word === undefined ? null : <span class="word"> {word}</span>}
    </>
  );
}

/** What a posting is shown in. */
export const postingColumns = [
  { head: "Account" },
  { head: "Currency" },
  { head: "Debit", isNumeric: true },
  { head: "Credit", isNumeric: true },
];

/** Its amount stands in the column of its side of the ledger, and nothing in the other. */
export const postingCells = ({ account, currency, amount }: Posting, provider: string) => [
  <span class="id" key="account">
    {account}
  </span>,
  currency,
  ...[amount > 0n ? amount : null, amount < 0n ? -amount : null].map((side, index) =>
    side === null ? "" : <Money key={String(index)} amount={side} currency={currency} provider={provider} />,
  ),
];

/** As accountants write it: what is below zero stands in brackets. */
export function moneyText(amount: bigint, currency: string, provider?: string): string {
  const exponent = exponentFor({ provider, currency });
  const [whole = "", ...decimals] = toDecimal(absolute(amount), exponent).split(".");
  const text = [grouped(whole), ...decimals].join(".");
  return amount < 0n ? `(${text})` : text;
}

/** By thousands. */
export const grouped = (digits: string): string => digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");

/** A moment in UTC; the script adds what that is where the reader is. */
export function Time({ at, of = "second" }: { at: Instant | null; of?: "second" | "day" }) {
  if (at === null) return <span class="unknown">not stated yet</span>;
  const text = formatInstant(at);
  return <time dateTime={text}>{inWords(text, of)}</time>;
}

/** `29 Nov 2026 23:19:08 UTC`, or its day. */
export function timeText(at: Instant, of: "second" | "day" = "second"): string {
  return inWords(formatInstant(at), of);
}

function inWords(text: string, of: "second" | "day"): string {
  const day = `${Number(text.slice(8, 10))} ${months[Number(text.slice(5, 7)) - 1]} ${text.slice(0, 4)}`;
  return of === "day" ? day : `${day} ${text.slice(11, 19)} UTC`;
}

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export interface Column {
  readonly head: string;
  /** Right-aligned, in figures of one width. */
  readonly isNumeric?: boolean;
}

export interface Row {
  readonly key: string;
  /** The first is what the row is of, and its link. */
  readonly cells: readonly ComponentChildren[];
}

interface TableProps {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly foot?: readonly Row[];
}

/** Scrolls within a region of its own where it is wider than the page. */
export function Table({ caption, columns, rows, foot = [] }: TableProps) {
  const lines = (list: readonly Row[]) =>
    list.map(({ key, cells }) => (
      <tr key={key}>
        {cells.map((cell, index) => {
          const style = columns[index]?.isNumeric === true ? "number" : undefined;
          return index === 0 ? (
            <th scope="row" class={style} key={columns[index]?.head}>
              {cell}
            </th>
          ) : (
            <td class={style} key={columns[index]?.head}>
              {cell}
            </td>
          );
        })}
      </tr>
    ));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has only a keyboard must be able to scroll it.
    <section class="scroll" aria-label={`Table: ${caption}`} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, isNumeric }) => (
              <th scope="col" class={isNumeric === true ? "number" : undefined} key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{lines(rows)}</tbody>
        {foot.length === 0 ? null : <tfoot>{lines(foot)}</tfoot>}
      </table>
    </section>
  );
}

/** A word and a shape, so that nobody needs to tell colours apart. */
export function Status({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`status ${tone}`}>
      <span aria-hidden="true">{shapes[tone]}</span> {children}
    </span>
  );
}

export type Tone = "good" | "bad" | "open" | "plain";
const shapes: Readonly<Record<Tone, string>> = { good: "✓", bad: "✕", open: "◐", plain: "●" };

/** Why there is nothing to see, and what to do about it. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

interface PagerProps {
  readonly context: Pick<PageContext, "here">;
  readonly first: boolean;
  readonly next: string | null;
  readonly previous?: string | null;
  readonly label: string;
}

/** From one part of a list to the next. */
export function Pager({ context, first, next, previous = null, label }: PagerProps) {
  if (first && next === null && previous === null) return null;
  return (
    <nav class="pager" aria-label={label}>
      {first ? null : <a href={context.here({ after: null, before: null })}>First</a>}
      {previous === null ? null : (
        <a rel="prev" href={context.here({ before: previous, after: null })}>
          Newer
        </a>
      )}
      {next === null ? null : (
        <a rel="next" href={context.here({ after: next, before: null })}>
          Older
        </a>
      )}
    </nav>
  );
}

interface FormProps {
  readonly context: Pick<PageContext, "to" | "formFields">;
  /** Where it is sent, below the console, and the action's name. */
  readonly path: string;
  readonly action: string;
  readonly children: ComponentChildren;
}

/** A form that does something: only for those who may. */
export function ActionForm({ context, path, action, children }: FormProps) {
  return (
    <form method="post" action={context.to(path)}>
      {context.formFields(action).map(({ name, value }) => (
        <input type="hidden" name={name} value={value} key={name} />
      ))}
      {children}
    </form>
  );
}
