import type { VNode } from "preact";
import type { z } from "zod";
import type { Month } from "../../domain/local-calendar.ts";
import type { Instant } from "../../domain/time.ts";
import type { DestinationFinding } from "../../services/running/destinations.ts";
import type { Services, ServingServices } from "../../services/services.ts";
import type { Decide } from "../../services/spending/previews.ts";
import type { ClockName, TimeWindow } from "../../store/engine/read/page.ts";
import type { Mistakes } from "./mistakes.ts";

/** `finance` may all; `read` sees no form. */
export const consoleRoles = ["read", "finance"] as const;
export type ConsoleRole = (typeof consoleRoles)[number];

/** Whether somebody of a role may see a page. */
export const isFor = (
  role: ConsoleRole,
  { roles = ["read"] }: { readonly roles?: readonly ConsoleRole[] | undefined },
): boolean => role === "finance" || roles.includes(role);

export interface Person {
  readonly name: string;
  readonly role: ConsoleRole;
}

/** The moment that all of a page is of. */
export interface AsOf {
  readonly at: Instant;
  /** The number of the newest entry of the journal; `null`: none. */
  readonly entry: bigint | null;
}

/** What a period names: a month of the calendar, or from one moment to another, each of which may be open. */
export interface ShownPeriod extends TimeWindow {
  readonly month: Month | null;
  /** As the header says it. */
  readonly name: string;
}

type Output<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** What a page is asked for, and with what it finds the answer. */
export interface PageContext<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** All reads of a page are of one moment of the database. */
  readonly services: Services;
  readonly person: Person;
  readonly query: Output<Shape>;
  /** What of the query cannot be read, and is left out of it. */
  readonly mistakes: Mistakes;
  /** What stands in the path, by its name there. */
  readonly params: Readonly<Record<string, string>>;
  /** Everything, on a page that takes no period. */
  readonly period: ShownPeriod;
  readonly clock: ClockName;
  readonly zone: string;
  readonly asOf: AsOf;
  /** What is wrong with where events are sent: the overview says it; `null` elsewhere, and where nobody was asked. */
  readonly destinations: readonly DestinationFinding[] | null;
  readonly requestId: string;
  /** The address of a page below the console, wherever that is mounted. */
  to(path: string, query?: Parameters): string;
  /** The address of this page with other parameters; `null` takes one away. */
  here(changes: Parameters): string;
  /** What a work would decide on the books of that moment; nothing is done. */
  decide: Decide;
  /** The hidden fields of a form: bound to this person's session and to the action, and good for one time. */
  formFields(action: string): readonly FormField[];
}

export type Parameters = Readonly<Record<string, string | null | undefined>>;
export interface FormField {
  readonly name: string;
  readonly value: string;
}

/** One page of the console. `read` finds what it shows, `render` only shows it. */
export interface PageDescription<Shape extends z.ZodRawShape, Data> {
  /** Below the console, with `:id` where an id stands. */
  readonly path: string;
  /** Who may see it besides `finance`; `read` unless told otherwise. */
  readonly roles?: readonly ConsoleRole[];
  /** Whether it takes `month`, `from`, `to`, `clock` and `zone`, and whose clock is meant if none is asked for. */
  readonly periodBy?: ClockName;
  /** What else it takes. Any other parameter is refused by name. */
  readonly query: Shape;
  /** @throws Missing, MovedTo */
  read(context: PageContext<Shape>): Promise<Data>;
  /** What the header says in place of the period; `null`: the page is of the period after all. Written after `read`, as what follows. */
  periodOf?(data: Data): string | null;
  /** Written after `read`, which says what the data are. */
  readonly title: string | ((data: Data) => string);
  render(data: Data, context: PageContext<Shape>): VNode;
  /** Seconds after which the page is to be asked for again; `null`: it does not change by itself. */
  refreshAfter?(data: Data): number | null;
}

/** A page whose data nobody but itself knows. */
export type ConsolePage = PageDescription<z.ZodRawShape, unknown>;

export function page<Shape extends z.ZodRawShape, Data>(
  described: PageDescription<Shape, Data>,
): ConsolePage {
  return described as unknown as ConsolePage;
}

/** A file: a list as CSV, or one body. Below the console like a page, and for those who may see that. */
export interface DownloadDescription<Shape extends z.ZodRawShape> {
  readonly path: string;
  readonly roles?: readonly ConsoleRole[];
  readonly periodBy?: ClockName;
  readonly query: Shape;
  /** @throws Missing */
  read(context: PageContext<Shape>): Promise<Download>;
}

export interface Download {
  readonly name: string;
  readonly mediaType: string;
  /** Read while it is sent, each piece once the one before is on its way. */
  readonly pieces: AsyncGenerator<string>;
}

export type DownloadPage = DownloadDescription<z.ZodRawShape>;

export function download<Shape extends z.ZodRawShape>(described: DownloadDescription<Shape>): DownloadPage {
  return described as unknown as DownloadPage;
}

export interface ActionContext<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** What is written through them happens once for one form, however often that is sent. */
  readonly services: ServingServices;
  readonly person: Person;
  readonly fields: Output<Shape>;
  readonly params: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Of the form: whoever sends it again sends the same. */
  readonly formId: string;
}

/** What a person does by a form: `POST`, for `finance` alone, answered by a page to look at. */
export interface ActionDescription<Shape extends z.ZodRawShape> {
  readonly path: string;
  /** The word that its forms are bound to, and that the trail has. */
  readonly name: string;
  /** Besides the hidden ones. Any other field is refused by name; one that is sent several times is a list. */
  readonly fields: Shape;
  /** @throws Refused, Missing */
  run(context: ActionContext<Shape>): Promise<Done>;
}

export interface Done {
  /** The page to look at then, below the console. */
  readonly to: string;
  /** What is said there, once. */
  readonly said: string;
}

export type PageAction = ActionDescription<z.ZodRawShape>;

export function action<Shape extends z.ZodRawShape>(described: ActionDescription<Shape>): PageAction {
  return described as unknown as PageAction;
}

/** There is no such thing: the page offers to search for it. */
export class NotFound extends Error {
  readonly id: string;
  /** @param what - as in "There is no …" */
  constructor(what: string, id: string) {
    super(`There is no ${what}.`);
    this.id = id;
  }
}

/** What was asked for stands on another page, below the console. */
export class MovedTo extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`It is at ${path}.`);
    this.path = path;
  }
}

/** What a form asked for was not done, and why. */
export class Refused extends Error {
  readonly status: 400 | 409;
  constructor(message: string, status: 400 | 409 = 409) {
    super(message);
    this.status = status;
  }
}
