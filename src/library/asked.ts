import { types } from "node:util";
import { RefusedInput, type SpendingRefusal, SpendingRefused } from "../domain/errors.ts";
import type { UsageId } from "../domain/ids.ts";
import { type Amount, fitsInto64Bits } from "../domain/money.ts";
import { notKnown } from "../domain/nearest-name.ts";
import { quantityOf } from "../domain/spending/rate.ts";
import { formatInstant, fromUnixMilliseconds, type Instant, parseInstant } from "../domain/time.ts";
import type { GrantTerms } from "../domain/wallet/moves.ts";
import { decodeCursor } from "../http/kit/query.ts";
import type { Wanted } from "../services/spending/enough-balance.ts";
import { isHoldDuration, type ToReserve, type UsedOfHold } from "../services/spending/holds.ts";
import type { PageRequest } from "../store/engine/read/page.ts";
import { snakeCase } from "./answer.ts";

/*
 * What an app hands over, checked: a program without types can hand over anything, and what is wrong must be told in its own words
 * before it reaches the database. Each throws SpendingRefused, and what is no wallet's Refused.
 */

/** A moment as an app says it: a `Date`, or a time of RFC 3339 (`2026-01-31T12:00:00Z`). */
export type Moment = Date | string;

type Given = Readonly<Record<string, unknown>>;

export function readOwner(given: unknown): { readonly owner: string; readonly currency: string } {
  const { owner, currency } = only(["owner", "currency"], given);
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency)) {
    readOwnerName(owner);
    throw new SpendingRefused("currency_invalid");
  }
  return { owner: readOwnerName(owner), currency };
}

export function readOwnerName(owner: unknown): string {
  if (isText(owner, 1000)) return owner;
  throw new SpendingRefused("owner_invalid");
}

/** The name of a meter alone, or with no quantity, is a question for the usual one. */
export function readWanted(
  given: unknown,
  { least }: { readonly least: Amount },
): { readonly wanted: Wanted; readonly member: string | null } {
  const asked = typeof given === "string" ? { meter: given } : given;
  const { quantity, member, ...wanted } = only(["meter", "quantity", "amount", "member"], asked);
  const of = { member: memberOf(member) };
  if (quantity !== undefined || wanted.amount !== undefined)
    return { wanted: reservedOf({ ...wanted, quantity }, least), ...of };
  return { wanted: { meter: meterOf(wanted.meter) }, ...of };
}

export function readHeld(given: unknown): {
  readonly reserved: ToReserve;
  readonly member: string | null;
  readonly expiresInSeconds: number;
  readonly idempotencyKey: string | null;
} {
  const names = ["meter", "quantity", "amount", "member", "expiresIn", "idempotencyKey"] as const;
  const { expiresIn, member, idempotencyKey, ...wanted } = only(names, given);
  const reserved = reservedOf(wanted, 1n);
  return {
    reserved,
    member: memberOf(member),
    expiresInSeconds: durationOf(expiresIn),
    idempotencyKey: keyOf(idempotencyKey),
  };
}

/** An id that usage has, or could have. */
export const readUsageId = (given: unknown): UsageId => usageIdOf(given);

export function readUsed(given: unknown) {
  const names = ["id", "meter", "quantity", "member", "occurredAt"] as const;
  const { id, meter, quantity, member, occurredAt } = only(names, given);
  const used = { id: usageIdOf(id), ...metered({ meter, quantity }), member: memberOf(member) };
  return { ...used, occurredAt: momentOf(occurredAt, "occurred_at_invalid") };
}

export function readUsedOfHold(given: unknown): UsedOfHold {
  const { quantity, amount } = only(["quantity", "amount"], given);
  if (quantity !== undefined && amount !== undefined) throw new SpendingRefused("value_ambiguous");
  return amount === undefined ? { quantity: countOf(quantity) } : { amount: amountOf(amount, 0n) };
}

export function readExtension(given: unknown): number {
  return durationOf(only(["expiresIn"], given).expiresIn);
}

/** What a person books: the value, why, and a key that keeps it from being booked twice. */
export interface BookedByHand {
  readonly amount: Amount;
  readonly reason: string;
  readonly idempotencyKey: string | null;
}

export function readGrant(given: unknown): BookedByHand & GrantTerms {
  const names = ["amount", "kind", "reason", "expiresAt", "priority", "source", "idempotencyKey"] as const;
  const { kind, expiresAt, priority = 0, source = "bank", ...byHand } = only(names, given);
  const booked = bookedOf(byHand);
  if (kind !== "promo" && kind !== "paid") throw new SpendingRefused("kind_invalid");
  if (source !== "bank" && source !== "opening") throw new SpendingRefused("source_invalid");
  if (!Number.isInteger(priority) || Math.abs(priority as number) > 1_000_000)
    throw new SpendingRefused("priority_invalid");
  return {
    ...booked,
    kind,
    source,
    priority: priority as number,
    expiresAt: momentOf(expiresAt, "expires_at_invalid"),
  };
}

export function readDebit(given: unknown): BookedByHand {
  return bookedOf(only(["amount", "reason", "idempotencyKey"], given));
}

function bookedOf({ amount, reason, idempotencyKey }: Given): BookedByHand {
  return { amount: amountOf(amount, 1n), reason: reasonOf(reason), idempotencyKey: keyOf(idempotencyKey) };
}

/** Usage by the id that the app gave it, or a grant or debit by its entry's. */
export function readReversal(given: unknown) {
  const { id, entryId, reason, idempotencyKey } = only(["id", "entryId", "reason", "idempotencyKey"], given);
  if ((id === undefined) === (entryId === undefined))
    throw new SpendingRefused(
      "request_invalid",
      "either id, of usage, or entryId, of a grant or debit, is needed",
    );
  const why = { reason: reasonOf(reason), idempotencyKey: keyOf(idempotencyKey) };
  if (id === undefined) return { kind: "entry" as const, entryId: String(entryId), ...why };
  return { kind: "usage" as const, usageId: usageIdOf(id), ...why };
}

/** Which part of a list, and of which time. */
export interface PageAsked {
  /** At most so many, 1 to 200; 50 if none is said. */
  readonly limit?: number;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | null;
}

export interface Window {
  /** From then on. */
  readonly from?: Moment;
  /** Until then, which is not in it. */
  readonly to?: Moment;
}

export function readPage(list: string, given: unknown = {}): PageRequest {
  return pageOf(list, only(["limit", "cursor"], given));
}

export function readWindow(list: string, given: unknown = {}) {
  const { from, to, ...page } = only(["from", "to", "limit", "cursor"], given);
  const window = { from: namedMoment("from", from), to: namedMoment("to", to) };
  return { window, page: pageOf(list, page) };
}

export function readExplained(list: string, given: unknown = {}) {
  const { at, ...page } = only(["at", "limit", "cursor"], given);
  return { at: namedMoment("at", at), page: pageOf(list, page) };
}

/** How long a round of what is due may take. */
export function readSeconds(given: unknown = {}): number {
  const { seconds = 25 } = allowed(["seconds"], given, RefusedInput);
  if (typeof seconds === "number" && seconds > 0 && seconds <= 86_400) return seconds;
  throw new RefusedInput("seconds_invalid", "seconds: must be a number, more than 0 and at most 86400");
}

function pageOf(list: string, { limit = 50, cursor }: Given): PageRequest {
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > 200)
    throw new SpendingRefused("limit_invalid");
  if (cursor === undefined || cursor === null) return { limit: limit as number, after: null };
  try {
    return { limit: limit as number, after: decodeCursor(list, String(cursor)) };
  } catch {
    throw new SpendingRefused("cursor_invalid");
  }
}

function namedMoment(name: string, moment: unknown): Instant | undefined {
  if (moment === undefined || moment === null) return undefined;
  const instant = instantIn(moment);
  if (instant !== undefined) return instant;
  throw new SpendingRefused("time_invalid", `${name}: must be a Date or an RFC 3339 time`);
}

/**
 * A request as the API takes it: times as text, names in snake case.
 * @throws Refused if it is no object, or has an option of another name
 */
export function documentOf(names: readonly string[], given: unknown = {}): Record<string, unknown> {
  const asked = allowed(names, given, RefusedInput);
  const entries = Object.entries(asked).flatMap(([name, value]) =>
    value === undefined ? [] : [[snakeCase(name), textOfMoment(value)] as const],
  );
  return Object.fromEntries(entries);
}

function textOfMoment(value: unknown): unknown {
  if (!types.isDate(value)) return value;
  const instant = instantIn(value);
  return instant === undefined ? "" : formatInstant(instant);
}

/** A misspelt option would be left out in silence. */
function only<const Name extends string>(
  names: readonly Name[],
  given: unknown,
): Readonly<Partial<Record<Name, unknown>>> {
  return allowed(names, given, SpendingRefused);
}

function allowed<const Name extends string>(
  names: readonly Name[],
  given: unknown,
  Refusal: new (code: "request_invalid" | "option_unknown", message: string) => RefusedInput,
): Readonly<Partial<Record<Name, unknown>>> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new Refusal("request_invalid", `must be one object, of ${names.join(", ")}`);
  for (const name of Object.keys(given))
    if (!(names as readonly string[]).includes(name))
      throw new Refusal("option_unknown", `${name}: ${notKnown(names, name)}`);
  return given as Given as Partial<Record<Name, unknown>>;
}

function reservedOf({ meter, quantity, amount }: Given, least: Amount): ToReserve {
  if (amount === undefined) return metered({ meter, quantity });
  if (meter !== undefined || quantity !== undefined) throw new SpendingRefused("value_ambiguous");
  return { amount: amountOf(amount, least) };
}

function metered({ meter, quantity }: Given): { readonly meter: string; readonly quantity: string | number } {
  return { meter: meterOf(meter), quantity: countOf(quantity) };
}

function usageIdOf(id: unknown): UsageId {
  if (typeof id === "string" && /^[\u0021-\u007e]{1,255}$/.test(id)) return id as UsageId;
  throw new SpendingRefused("id_invalid");
}

function meterOf(meter: unknown): string {
  if (isText(meter, 200)) return meter;
  throw new SpendingRefused("meter_invalid");
}

/** Who of those that spend for an owner. */
function memberOf(member: unknown): string | null {
  if (member === undefined || member === null) return null;
  if (typeof member === "string" && /^[\u0021-\u007e]{1,255}$/.test(member)) return member;
  throw new SpendingRefused("member_invalid");
}

function countOf(quantity: unknown): string | number {
  const isOne = typeof quantity === "number" || isText(quantity, 64);
  if (isOne && quantityOf(quantity) !== undefined) return quantity;
  throw new SpendingRefused("quantity_invalid");
}

function amountOf(amount: unknown, least: Amount): Amount {
  if (typeof amount === "bigint" && amount >= least && fitsInto64Bits(amount)) return amount;
  throw new SpendingRefused("amount_invalid");
}

function reasonOf(reason: unknown): string {
  const text = typeof reason === "string" ? reason.trim() : "";
  if (isText(text, 500)) return text;
  throw new SpendingRefused("reason_invalid");
}

function keyOf(key: unknown): string | null {
  if (key === undefined || key === null) return null;
  if (typeof key === "string" && /^[\u0020-\u007e]{1,255}$/.test(key)) return key;
  throw new SpendingRefused("idempotency_key_invalid");
}

function durationOf(seconds: unknown): number {
  if (typeof seconds === "number" && isHoldDuration(seconds)) return seconds;
  throw new SpendingRefused("expires_in_invalid");
}

function momentOf(moment: unknown, code: SpendingRefusal): Instant | null {
  if (moment === undefined || moment === null) return null;
  const instant = instantIn(moment);
  if (instant !== undefined) return instant;
  throw new SpendingRefused(code);
}

/** Of a date (an impossible one is `NaN` milliseconds), a time of RFC 3339, or nanoseconds since 1970. */
function instantIn(moment: unknown): Instant | undefined {
  if (typeof moment === "string") return parseInstant(moment);
  if (typeof moment === "bigint") return fitsInto64Bits(moment) ? moment : undefined;
  if (!types.isDate(moment) || Number.isNaN(moment.getTime())) return undefined;
  const instant = fromUnixMilliseconds(moment.getTime());
  return fitsInto64Bits(instant) ? instant : undefined;
}

/** Text that every database can keep. */
function isText(value: unknown, longest: number): value is string {
  if (typeof value !== "string" || value === "" || value.length > longest) return false;
  return value.isWellFormed() && !value.includes("\u0000");
}
