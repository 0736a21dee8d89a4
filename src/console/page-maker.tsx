import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Actor } from "../domain/action.ts";
import type { Policy } from "../domain/policy/policy.ts";
import type { Instant } from "../domain/time.ts";
import { HttpProblem } from "../http/kit/problem.ts";
import { checkedQuery } from "../services/documents/parameters.ts";
import type { DestinationFinding } from "../services/running/destinations.ts";
import type { Services } from "../services/services.ts";
import { UnknownPosition } from "../store/engine/read/page.ts";
import { newestEntry } from "../store/ledger/read/entries.ts";
import type { LetIn } from "./gate.ts";
import { errorPageOf, type JudgedError } from "./kit/errors.tsx";
import { formFields } from "./kit/forms.ts";
import { Frame, type FrameProps, type Visitor } from "./kit/layout.tsx";
import { formAlone } from "./kit/lists.tsx";
import { inSentences, type Mistakes, mistakesOf, unknownProvider } from "./kit/mistakes.ts";
import {
  type ConsolePage,
  isFor,
  MovedTo,
  type PageContext,
  type Parameters,
  type ShownPeriod,
} from "./kit/page.ts";
import { clockWords, periodNames, periodOf, periodQuery } from "./kit/period.ts";

/** What a page is made from: data only, so that it can be made on another thread. */
export interface AskedPage extends Pick<LetIn, "person" | "formKey" | "signOut"> {
  /** Which page: its path as it is described. */
  readonly page: string;
  /** What was asked for, below the console. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly base: string;
  /** As it is printed. */
  readonly url: string;
  readonly zone: string;
  readonly actor: Actor;
  readonly requestId: string;
  readonly at: Instant;
  /** In force at that time. */
  readonly policy: Policy;
  readonly flash: string | null;
  /** What is wrong with where events are sent, for the page that says so. */
  readonly destinations: readonly DestinationFinding[] | null;
}

export type MadePage =
  | { readonly kind: "html"; readonly status: 200 | 400; readonly html: Buffer }
  | { readonly kind: "moved"; readonly to: string }
  | { readonly kind: "error"; readonly error: JudgedError };

/** Reads a page from one moment of the database and writes it down. It does not fail: what is wrong is a page, too. */
export type MakePage = (asked: AskedPage) => Promise<MadePage>;

/** On the thread that asks. */
export function makingHere(services: Services, pages: readonly ConsolePage[]): MakePage {
  const described = new Map(pages.map((page) => [page.path, page]));
  return async (asked) => {
    try {
      return await made(services, described.get(asked.page) as ConsolePage, { asked, pages });
    } catch (error) {
      if (error instanceof MovedTo) return { kind: "moved", to: `${asked.base}${error.path}` };
      return { kind: "error", error: errorPageOf(services.store, error) };
    }
  };
}

async function made(
  services: Services,
  page: ConsolePage,
  { asked, pages }: { readonly asked: AskedPage; readonly pages: readonly ConsolePage[] },
): Promise<MadePage> {
  const { data, context, notice } = await inSnapshot(services, asked, page, async (context, notice) => ({
    data: await page.read(context),
    context,
    notice,
  }));
  const period =
    page.periodBy === undefined
      ? null
      : describePeriod(context, page.periodOf?.(data) ?? context.period.name);
  const visitor: Visitor = {
    ...visitorOf(asked, pages),
    asOf: context.asOf,
    period,
    carried: carriedBy(asked),
    flash: asked.flash,
    notice: [inSentences(context.mistakes), notice].filter(Boolean).join(" ") || null,
  };
  const title = typeof page.title === "string" ? page.title : page.title(data);
  const refreshAfter = page.refreshAfter?.(data) ?? null;
  const isMistaken = Object.keys(context.mistakes).length > 0;
  const rendered = page.render(data, context);
  const children = isMistaken ? formAlone(rendered) : rendered;
  const html = htmlOf({ title, visitor, refreshAfter, children }, asked);
  return { kind: "html", status: isMistaken ? 400 : 200, html };
}

/** Whoever asks, as the header has them. */
export function visitorOf(
  { person, signOut, path, url }: Pick<AskedPage, "person" | "signOut" | "path" | "url">,
  pages: readonly ConsolePage[],
): Visitor {
  return {
    person,
    signOut,
    path,
    paths: new Set(pages.filter((page) => isFor(person.role, page)).map((page) => page.path)),
    asOf: null,
    period: null,
    carried: "",
    flash: null,
    notice: null,
    url,
  };
}

interface Framed extends Pick<FrameProps, "title" | "visitor"> {
  readonly refreshAfter: number | null;
  readonly children: ComponentChildren;
}

export function htmlOf(
  { children, ...frame }: Framed,
  where: Pick<FrameProps, "base" | "requestId">,
): Buffer {
  const { base, requestId } = where;
  const html = renderToString(
    <Frame {...frame} base={base} requestId={requestId}>
      {children}
    </Frame>,
  );
  return Buffer.from(`<!doctype html>${html}`);
}

/** A time as people type it, without seconds or zone, is of UTC, as everything on a page: the API wants it whole. */
function inFull(typed: string): string {
  const [, minute, second = ":00"] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?Z?$/.exec(typed) ?? [];
  return minute === undefined ? typed : `${minute}${second}Z`;
}

/** Reads from one moment of the database; a list that no longer has the row to go on after begins anew. */
export async function inSnapshot<Result>(
  services: Services,
  asked: AskedPage,
  { query, periodBy }: Pick<ConsolePage, "query" | "periodBy">,
  read: (context: PageContext, notice: string | null) => Promise<Result>,
): Promise<Result> {
  // What a form leaves empty it does not ask for.
  const given = Object.entries(asked.parameters)
    .filter(([, value]) => value !== "")
    .map(([name, value]): [string, string] => [name, inFull(value)]);
  const parameters = Object.fromEntries(given);
  const shape = periodBy === undefined ? query : withPeriod(query);
  const mistakes = mistakesIn(services, parameters, shape);
  const readable = Object.entries(parameters).filter(([name]) => !(name in mistakes));
  const checked = checkedQuery(Object.fromEntries(readable), shape, "page") as Record<string, never>;
  const { store } = services;
  const snapshot = await store.openMoment(newestEntry);
  try {
    const { read: db, decide } = snapshot;
    const ofMoment = { ...services, actor: asked.actor, store: { ...store, read: db } };
    const asOf = { at: asked.at, entry: snapshot.seen };
    const context = contextOf(asked, { services: ofMoment, asOf, checked, mistakes, periodBy, decide });
    try {
      return await read(context, null);
    } catch (error) {
      if (!isLostPlace(error) || !("after" in parameters || "before" in parameters)) throw error;
      const { after: _after, before: _before, ...rest } = checked;
      return await read(
        { ...context, query: rest },
        "The row that this page was to begin at is not in the list any more: this is the first page.",
      );
    }
  } finally {
    await snapshot.close();
  }
}

const withPeriods = new WeakMap<ConsolePage["query"], ConsolePage["query"]>();

/** Always the same for the same page. */
function withPeriod(query: ConsolePage["query"]): ConsolePage["query"] {
  const shape = withPeriods.get(query) ?? { ...query, ...periodQuery };
  withPeriods.set(query, shape);
  return shape;
}

function mistakesIn(
  { providers }: Services,
  parameters: Readonly<Record<string, string>>,
  shape: ConsolePage["query"],
): Mistakes {
  const { provider } = parameters;
  const known = [...providers.keys()] as string[];
  const isUnknown = provider !== undefined && "provider" in shape && !known.includes(provider);
  return {
    ...mistakesOf(parameters, shape),
    ...(isUnknown ? { provider: unknownProvider(provider, known) } : {}),
  };
}

interface Found extends Pick<PageContext, "services" | "asOf" | "mistakes" | "decide"> {
  readonly checked: Record<string, never>;
  readonly periodBy: ConsolePage["periodBy"];
}

function contextOf(asked: AskedPage, { checked, periodBy, ...found }: Found): PageContext {
  const { person, formKey, base } = asked;
  const zone: string = checked.zone ?? asked.zone;
  const period: ShownPeriod = periodOf(checked, zone);
  return {
    ...found,
    person,
    query: checked,
    params: asked.params,
    period,
    clock: checked.clock ?? periodBy ?? "effective",
    zone,
    requestId: asked.requestId,
    destinations: asked.destinations,
    to: (path, query = {}) => `${base}${path}${asQuery(query)}`,
    here: (changes) => `${base}${asked.path}${asQuery({ ...asked.parameters, ...changes })}`,
    formFields: (action) => (person.role === "finance" ? formFields(formKey, action) : []),
  };
}

function isLostPlace(error: unknown): boolean {
  return (
    error instanceof UnknownPosition || (error instanceof HttpProblem && error.code === "cursor_invalid")
  );
}

function describePeriod({ clock, zone }: PageContext, name: string): string {
  return `${name} · by ${clockWords[clock]} · ${zone}`;
}

/** The period goes along from page to page. */
function carriedBy({ parameters }: AskedPage): string {
  const asked = Object.entries(parameters).filter(([name]) => periodNames.includes(name));
  return asQuery(Object.fromEntries(asked));
}

function asQuery(parameters: Parameters): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
