import type { Instant } from "../../domain/time.ts";
import type { Json } from "../../testing/written.ts";
import { instantOf } from "../calendar.ts";
import { majorUnits } from "../catalogue.ts";
import type { StatedRow } from "../restatement.ts";

/** A body of amounts that Paddle writes as digits, with their currency; `null` where it has not worked them out. */
export type Totals = Readonly<Record<string, string | null>> | null;

/** The named amounts in major units, each below its name after a prefix. */
export function amountCells<Name extends string, Prefix extends string>(
  prefix: Prefix,
  names: readonly Name[],
  totals: Totals,
): Record<`${Prefix}${Name}`, string | null> {
  const cells = names.map((name) => {
    const amount = totals?.[name] ?? null;
    const currency = String(totals?.currency_code);
    return [`${prefix}${name}`, amount === null ? null : majorUnits(BigInt(amount), currency)];
  });
  return Object.fromEntries(cells);
}

/** Cells that are written as the API writes them. */
export function plainCells<Name extends string>(
  row: StatedRow,
  names: readonly Name[],
): Record<Name, string | null> {
  const cells = names.map((name) => [name, textOf(row[name] ?? null)]);
  return Object.fromEntries(cells);
}

/** When a row was last changed: what has never been says Go's zero time. */
export function changedAt({ created_at, updated_at }: StatedRow): Instant {
  const changed = String(updated_at);
  return instantOf(changed.startsWith("0001") ? String(created_at) : changed);
}

const textOf = (value: Json): string | null => (value === null ? null : String(value));
