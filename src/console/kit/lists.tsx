import { type ComponentChildren, toChildArray, type VNode } from "preact";
import { formatInstant, type Instant } from "../../domain/time.ts";
import { text } from "../../services/documents/parameters.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import type { PageContext } from "./page.ts";
import { Empty, grouped } from "./parts.tsx";
import { clockWords } from "./period.ts";
import { providerName } from "./words.ts";

/** Rows on one page of a list. */
export const pageSize = 50;

/** A currency by its code, in whatever case it is typed. */
export const currencyText = text.transform((code) => code?.trim().toUpperCase());

/** Where a page of a list begins. */
export const placeQuery = { after: text, before: text };

interface InForm {
  readonly context: Pick<PageContext, "query" | "mistakes">;
  readonly name: string;
  readonly label: string;
}

/** At a field, why what was typed there cannot be read. */
export function Mistaken({
  name,
  context,
}: Pick<InForm, "name"> & { readonly context: Pick<PageContext, "mistakes"> }) {
  const mistake = context.mistakes[name];
  return mistake === undefined ? null : <span class="status bad">{mistake.why}</span>;
}

/** A list's filters: a form that only asks, so that its address says all of it. */
export function ListFilters({
  context,
  children,
}: {
  readonly context: Pick<PageContext, "period" | "here" | "query" | "mistakes">;
  readonly children: ComponentChildren;
}) {
  const { period, query } = context;
  const [action = ""] = context.here({}).split("?");
  const isAsked = (period.from ?? period.to) !== undefined || Object.keys(query).length > 0;
  return (
    <form method="get" action={action} class="filters">
      {children}
      <button type="submit">Show</button>
      {isAsked ? <a href={action}>Everything</a> : null}
    </form>
  );
}

/** Of a page that was asked for something that cannot be read: its form alone, since its list would be of something else. */
export function formAlone(rendered: VNode): VNode {
  const children = toChildArray((rendered.props as { children?: ComponentChildren }).children);
  const nodes = children.filter((child): child is VNode => typeof child === "object");
  const form = nodes.find(({ type }) => type === ListFilters || type === Filters);
  if (form === undefined) return rendered;
  return (
    <>
      {nodes.filter(({ type }) => type === "h1")}
      {form}
      <Empty>
        No list is shown, since it would not be the one that was asked for: mend what is marked above.
      </Empty>
    </>
  );
}

/** The same of a list that goes by when things happened. */
export function Filters({ context, children }: Parameters<typeof ListFilters>[0]) {
  const { from, to } = context.period;
  return (
    <ListFilters context={context}>
      <DayField context={context} name="from" label="From" day={from} example="2026-10-01" />
      <DayField context={context} name="to" label="Before" day={to} example="2026-11-01" />
      {children}
    </ListFilters>
  );
}

function DayField({
  context,
  name,
  label,
  day,
  example,
}: InForm & { readonly day: Instant | undefined; readonly example: string }) {
  return (
    <label>
      {label}
      <input
        type="text"
        name={name}
        value={context.mistakes[name]?.typed ?? dayOf(day)}
        placeholder={example}
        size={11}
      />
      <Mistaken name={name} context={context} />
    </label>
  );
}

/** A day, where it is one. */
function dayOf(at: Instant | undefined): string {
  return at === undefined ? "" : formatInstant(at).replace(/T00:00:00Z$/, "");
}

/** One of some words, or any. */
export function Choice({
  context,
  name,
  label,
  words,
  none = "any",
}: InForm & {
  readonly words: Readonly<Record<string, string>>;
  /** What is meant where nothing is chosen. */
  readonly none?: string;
}) {
  const chosen = (context.query as Readonly<Record<string, unknown>>)[name];
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{none}</option>
        {Object.entries(words).map(([value, word]) => (
          <option value={value} selected={value === chosen} key={value}>
            {word}
          </option>
        ))}
      </select>
      <Mistaken name={name} context={context} />
    </label>
  );
}

/** One of the two clocks. */
export function ClockChoice({ label, clock }: Pick<InForm, "label"> & { readonly clock: ClockName }) {
  return (
    <label>
      {label}
      <select name="clock">
        {Object.entries(clockWords).map(([value, word]) => (
          <option value={value} selected={value === clock} key={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

/** One of the providers that are known here. */
export function ProviderChoice({
  providers,
  context,
}: Pick<InForm, "context"> & { readonly providers: readonly string[] }) {
  const words = Object.fromEntries(providers.map((name) => [name, providerName(name)]));
  return <Choice name="provider" label="Provider" words={words} context={context} />;
}

export function Words({ context, name, label, size = 14 }: InForm & { readonly size?: number }) {
  const given = (context.query as Readonly<Record<string, unknown>>)[name];
  return (
    <label>
      {label}
      <input
        type="text"
        name={name}
        value={context.mistakes[name]?.typed ?? (typeof given === "string" ? given : "")}
        size={size}
        maxLength={500}
      />
      <Mistaken name={name} context={context} />
    </label>
  );
}

/** Of a list that has no index of what is asked for: that not all of it was looked through yet. */
export function LookedThrough({
  list: { rows, lookedThrough },
  what,
}: {
  readonly list: { readonly rows: readonly unknown[]; readonly lookedThrough: number | null };
  readonly what: string;
}) {
  if (lookedThrough === null) return null;
  return (
    <p class="notice">
      {rows.length === 0 ? "None is" : `Only ${rows.length} are`} like this among the{" "}
      {grouped(String(lookedThrough))} {what} that were looked through: go on below, or say more of what is
      looked for.
    </p>
  );
}
