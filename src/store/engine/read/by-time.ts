import { type RawBuilder, sql } from "kysely";
import { UnknownPosition } from "./page.ts";

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
export interface Place {
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
