import type { BalanceStep } from "../../domain/credit/customer-credit.ts";
import type { Stated } from "../../domain/reconciling/reconciled-row.ts";
import type { CurrencyTotal } from "../../domain/reconciling/run.ts";

/**
 * What is kept as JSON text. JSON has no integers of 64 bits, so an integer is written as a string of digits and restored
 * by the name of its key.
 */
type Kept = BalanceStep | Stated | CurrencyTotal;

type KeysHolding<Value, Of> = Of extends readonly (infer Item)[]
  ? KeysHolding<Value, Item>
  : Of extends object
    ? {
        [Key in keyof Of]:
          | (Extract<Of[Key], Value> extends never ? never : Key)
          | KeysHolding<Value, Of[Key]>;
      }[keyof Of]
    : never;

type IntegerKey = KeysHolding<bigint, Kept>;

/** Every key of the domain that holds an integer: one forgotten, or one that elsewhere holds a string, breaks the build. */
const integerKeys: Record<
  IntegerKey,
  Extract<IntegerKey, KeysHolding<string, Kept>> extends never ? true : never
> = {
  amount: true,
  at: true,
  bookedAt: true,
  change: true,
  difference: true,
  explained: true,
  left: true,
  ownedBefore: true,
  right: true,
  unexplained: true,
};

/** JSON in ASCII or well-formed Unicode: a NUL or half of a pair of surrogates is written as an escape. */
export function toText(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? part.toString() : part));
}

/** The inverse of {@link toText} for values that hold integers under the domain's own keys only. */
export function fromText<Value>(text: string): Value {
  return withIntegers(JSON.parse(text)) as Value;
}

/** In place: the value was parsed just now, and nobody else has it. */
function withIntegers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(parts)) {
    const part = parts[key];
    if (typeof part === "string") {
      if (Object.hasOwn(integerKeys, key)) parts[key] = BigInt(part);
    } else withIntegers(part);
  }
  return value;
}
