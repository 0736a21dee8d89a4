import { types } from "node:util";
import { SpendingRefused } from "../../domain/errors.ts";
import type { UsageId } from "../../domain/ids.ts";
import { type Amount, fitsInto64Bits } from "../../domain/money.ts";
import { quantityOf } from "../../domain/spending/rate.ts";
import { fromUnixMilliseconds, type Instant } from "../../domain/time.ts";
import type { UsedOfHold } from "./close-hold.ts";
import type { Wanted } from "./enough-balance.ts";
import { isHoldDuration, type Reserved } from "./place-hold.ts";

/*
 * What an app hands to a wallet, checked: a program without types can hand over anything, and what is wrong must be told in
 * its own words before it reaches the database. Each throws SpendingRefused.
 */

type Given = Readonly<Record<string, unknown>>;

export function readOwner(given: unknown): { readonly owner: string; readonly currency: string } {
  const { owner, currency } = only(["owner", "currency"], given);
  if (!isText(owner, 1000)) throw new SpendingRefused("owner_invalid");
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency))
    throw new SpendingRefused("currency_invalid");
  return { owner, currency };
}

/** The name of a meter alone, or with no quantity, is a question for the usual one. */
export function readWanted(given: unknown, { least }: { readonly least: Amount }): Wanted {
  const asked = typeof given === "string" ? { meter: given } : given;
  const { quantity, ...wanted } = only(["meter", "quantity", "amount"], asked);
  if (quantity !== undefined || wanted.amount !== undefined)
    return reservedOf({ ...wanted, quantity }, least);
  return { meter: meterOf(wanted.meter) };
}

export function readHeld(given: unknown): { readonly reserved: Reserved; readonly expiresInSeconds: number } {
  const { expiresIn, ...wanted } = only(["meter", "quantity", "amount", "expiresIn"], given);
  return { reserved: reservedOf(wanted, 1n), expiresInSeconds: durationOf(expiresIn) };
}

export function readUsed(given: unknown) {
  const { id, meter, quantity, occurredAt } = only(["id", "meter", "quantity", "occurredAt"], given);
  if (typeof id !== "string" || !/^[\u0021-\u007e]{1,255}$/.test(id)) throw new SpendingRefused("id_invalid");
  return { id: id as UsageId, ...metered({ meter, quantity }), occurredAt: momentOf(occurredAt) };
}

export function readUsedOfHold(given: unknown): UsedOfHold {
  const { quantity, amount } = only(["quantity", "amount"], given);
  if (quantity !== undefined && amount !== undefined) throw new SpendingRefused("value_ambiguous");
  return amount === undefined ? { quantity: countOf(quantity) } : { amount: amountOf(amount, 0n) };
}

export function readExtension(given: unknown): number {
  return durationOf(only(["expiresIn"], given).expiresIn);
}

/** A misspelt option would be left out in silence. */
function only<const Name extends string>(
  names: readonly Name[],
  given: unknown,
): Readonly<Partial<Record<Name, unknown>>> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new SpendingRefused("request_invalid", `must be one object, of ${names.join(", ")}`);
  for (const name of Object.keys(given))
    if (!(names as readonly string[]).includes(name))
      throw new SpendingRefused("option_unknown", `${name}: is not known; known are ${names.join(", ")}`);
  return given as Given as Partial<Record<Name, unknown>>;
}

function reservedOf({ meter, quantity, amount }: Given, least: Amount): Reserved {
  if (amount === undefined) return metered({ meter, quantity });
  if (meter !== undefined || quantity !== undefined) throw new SpendingRefused("value_ambiguous");
  return { amount: amountOf(amount, least) };
}

function metered({ meter, quantity }: Given): { readonly meter: string; readonly quantity: string | number } {
  return { meter: meterOf(meter), quantity: countOf(quantity) };
}

function meterOf(meter: unknown): string {
  if (isText(meter, 200)) return meter;
  throw new SpendingRefused("meter_invalid");
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

function durationOf(seconds: unknown): number {
  if (typeof seconds === "number" && isHoldDuration(seconds)) return seconds;
  throw new SpendingRefused("expires_in_invalid");
}

function momentOf(moment: unknown): Instant | null {
  if (moment === undefined || moment === null) return null;
  const instant = types.isDate(moment) ? instantOf(moment) : moment;
  if (typeof instant === "bigint" && fitsInto64Bits(instant)) return instant;
  throw new SpendingRefused("occurred_at_invalid");
}

/** An impossible date is `NaN` milliseconds. */
function instantOf(date: Date): Instant | undefined {
  const milliseconds = date.getTime();
  return Number.isNaN(milliseconds) ? undefined : fromUnixMilliseconds(milliseconds);
}

/** Text that every database can keep. */
function isText(value: unknown, longest: number): value is string {
  if (typeof value !== "string" || value === "" || value.length > longest) return false;
  return value.isWellFormed() && !value.includes("\u0000");
}
