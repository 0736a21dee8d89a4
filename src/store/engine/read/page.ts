import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Database } from "../../schema.ts";

/** A part of a list, newest first: at most `limit` rows after the one named `after`, or before the one named `before`. */
export interface PageRequest {
  readonly limit: number;
  /** The last row of the page before; `null` asks for the first page. */
  readonly after: string | null;
  /** The first row of the page that comes next: asks for what stands right before it. */
  readonly before?: string | null;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Names the last row if there are more after it. */
  readonly next: string | null;
  /** Names the first row if there are more before it. */
  readonly previous?: string | null;
}

/** A page was asked for after a row that there is not. */
export class UnknownPosition extends Error {
  readonly code = "position_unknown";
  constructor() {
    super("The list has no such row to continue after.");
  }
}

/** A page made of one row more than was asked for, if there are as many; of a list that is only read on. */
export function pageOf<Row>(
  rows: readonly Row[],
  { limit }: PageRequest,
  nameOf: (row: Row) => string,
): Page<Row> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? nameOf(last) : null };
}

/** The same of a list that is read both ways, its rows in the order of their {@link Position}. */
export function pageAt<Row>(
  rows: readonly Row[],
  { limit, after, before = null }: PageRequest,
  nameOf: (row: Row) => string,
): Page<Row> {
  const cut = rows.slice(0, limit);
  const shown = before === null ? cut : cut.reverse();
  const [first, last] = [shown.at(0), shown.at(-1)];
  const isMore = rows.length > limit;
  // Whoever turns round comes from rows that are still there.
  const [hasNext, hasPrevious] = before === null ? [isMore, after !== null] : [true, isMore];
  return {
    rows: shown,
    next: hasNext && last !== undefined ? nameOf(last) : null,
    previous: hasPrevious && first !== undefined ? nameOf(first) : null,
  };
}

/** The first page, of a longer one that begins where it does. */
export function firstOf<Row>(
  { rows, next }: Page<Row>,
  limit: number,
  nameOf: (row: Row) => string,
): Page<Row> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const isCut = rows.length > limit && last !== undefined;
  return { rows: shown, next: isCut ? nameOf(last) : next, previous: null };
}

/** Where a page begins, and in which direction it is read: what goes back is read from its end. */
export interface Position {
  readonly compare: "<" | ">";
  readonly no: bigint;
  readonly order: "asc" | "desc";
}

/** Above every number of a row. */
export const endOfList = 2n ** 63n - 1n;

export const positionAt = ({ before = null }: PageRequest, no: bigint): Position =>
  before === null ? { compare: "<", no, order: "desc" } : { compare: ">", no, order: "asc" };

type Listed =
  | "actions"
  | "events"
  | "charges"
  | "movements"
  | "wallets"
  | "discrepancies"
  | "payouts"
  | "outbox"
  | "statements"
  | "usage"
  | "reconciliations"
  | "audits";

/**
 * Where a page begins by the internal numbers of rows, which are numbered in the order they came.
 * @throws UnknownPosition
 */
export async function positionIn(db: Kysely<Database>, table: Listed, page: PageRequest): Promise<Position> {
  const named = page.before ?? page.after;
  if (named === null) return positionAt(page, endOfList);
  const row = await db.selectFrom(table).select("no").where("id", "=", named).executeTakeFirst();
  if (row === undefined) throw new UnknownPosition();
  return positionAt(page, row.no);
}

/** The same by what counts rows within their wallet. @throws UnknownPosition */
export function ordinalPosition(page: PageRequest): Position {
  const named = page.before ?? page.after;
  return positionAt(page, named === null ? endOfList : ordinalOf(named));
}

/** @throws UnknownPosition */
export function ordinalOf(name: string): bigint {
  if (!/^\d{1,18}$/.test(name)) throw new UnknownPosition();
  return BigInt(name);
}

/** Whose clock a time is by: the provider's (or the app's), or ours. */
export type ClockName = "effective" | "posted";

/** Half-open: `from ≤ time < to`. */
export interface TimeWindow {
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
}

/** Rows by their internal numbers: `after < no ≤ upTo`. */
export interface NumberRange {
  readonly after: bigint;
  readonly upTo: bigint;
}

/** A part of a list that goes by when things happened, newest first: what is older than `after`, or newer than `before`. */
export interface TimedRequest {
  readonly limit: number;
  /** The id of a row that is in the list; `null` for both asks for the first page. */
  readonly after: string | null;
  readonly before: string | null;
}

export interface TimedPage<Row> {
  readonly rows: readonly Row[];
  /** The row to go on after, and the one to go back before; `null` where nothing lies there. */
  readonly next: string | null;
  readonly previous: string | null;
}

/** Where a row stands: rows of one moment stand in the order in which they came. */
interface Place {
  readonly at: bigint;
  readonly no: bigint;
}

export interface TimeStretch {
  readonly order: "asc" | "desc";
  readonly limit: number;
  /** Only what lies beyond, in the words of an index over both columns; `null`: from the end of the list. */
  beyond(time: RawBuilder<bigint>, no: RawBuilder<bigint>): RawBuilder<boolean>;
}

/** @throws UnknownPosition */
export async function timedPage<Row extends { readonly id: string }>(
  { limit, after, before }: TimedRequest,
  placeOf: (id: string) => Promise<Place | undefined>,
  read: (stretch: TimeStretch) => Promise<Row[]>,
): Promise<TimedPage<Row>> {
  const named = before ?? after;
  const place = named === null ? null : await placeOf(named);
  if (place === undefined) throw new UnknownPosition();
  const isBack = before !== null;
  const found = await read({
    order: isBack ? "asc" : "desc",
    limit: limit + 1,
    beyond: (time, no) => beyond(time, no, place, isBack),
  });
  const more = found.length > limit;
  const shown = isBack ? found.slice(0, limit).reverse() : found.slice(0, limit);
  const [first = null, last = null] = [shown[0]?.id, shown.at(-1)?.id];
  return {
    rows: shown,
    next: isBack || more ? last : null,
    previous: (isBack ? more : after !== null) ? first : null,
  };
}

function beyond(
  time: RawBuilder<bigint>,
  no: RawBuilder<bigint>,
  place: Place | null,
  isBack: boolean,
): RawBuilder<boolean> {
  if (place === null) return sql<boolean>`1 = 1`;
  const { at } = place;
  return isBack
    ? sql<boolean>`(${time} >= ${at} and (${time} > ${at} or ${no} > ${place.no}))`
    : sql<boolean>`(${time} <= ${at} and (${time} < ${at} or ${no} < ${place.no}))`;
}
