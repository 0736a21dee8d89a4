import type { BalanceStep } from "../../domain/credit/customer-credit.ts";
import type { Fact } from "../../domain/facts/facts.ts";
import type { Stated } from "../../domain/reconciling/reconciled-row.ts";
import type { CurrencyTotal } from "../../domain/reconciling/totals.ts";

/**
 * What is kept as JSON text. JSON has no integers of 64 bits, so an integer is written as a string of digits and restored
 * by the name of its key. Metadata is an app's: no key in it is ours, and it stays as it is.
 */
type Kept = Fact | BalanceStep | Stated | CurrencyTotal;

type KeysHolding<Value, Of> = Of extends readonly (infer Item)[]
  ? KeysHolding<Value, Item>
  : Of extends object
    ? {
        [Key in Exclude<keyof Of, "metadata">]:
          | (Extract<Of[Key], Value> extends never ? never : Key)
          | KeysHolding<Value, Of[Key]>;
      }[Exclude<keyof Of, "metadata">]
    : never;

type IntegerKey = KeysHolding<bigint, Kept>;

/** Every key of the domain that holds an integer: one forgotten, or one that elsewhere holds a string, breaks the build. */
const integerKeys: Record<
  IntegerKey,
  Extract<IntegerKey, KeysHolding<string, Kept>> extends never ? true : never
> = {
  amount: true,
  amountPaid: true,
  amountRefunded: true,
  arrivalOn: true,
  askedAt: true,
  at: true,
  authorised: true,
  balance: true,
  beforePayment: true,
  billedAt: true,
  bookedAt: true,
  capturedAt: true,
  cash: true,
  createdAt: true,
  change: true,
  creditApplied: true,
  credited: true,
  creditIssued: true,
  creditNotesApplied: true,
  debtBroughtForward: true,
  discount: true,
  difference: true,
  disputeFee: true,
  earnings: true,
  endingBalance: true,
  endsAt: true,
  explained: true,
  fee: true,
  givenOutside: true,
  grandTotal: true,
  gross: true,
  left: true,
  net: true,
  occurredAt: true,
  overpaid: true,
  ownedBefore: true,
  paidAt: true,
  reachedAt: true,
  retainedFee: true,
  right: true,
  startingBalance: true,
  unstatedCredit: true,
  startsAt: true,
  subtotal: true,
  tax: true,
  total: true,
  unexplained: true,
  withheldTax: true,
};

/** JSON in ASCII or well-formed Unicode: a NUL or half of a pair of surrogates is written as an escape. */
export function toText(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? part.toString() : part));
}

/** The inverse of {@link toText} for values that hold integers under the domain's own keys only. */
export function fromText<Value>(text: string): Value {
  return withIntegers(JSON.parse(text)) as Value;
}

/** {@link toText} for a column that is null where the value is. */
export function toNullableText(value: object | null): string | null {
  return value === null ? null : toText(value);
}

export function fromNullableText<Value>(text: string | null): Value | null {
  return text === null ? null : fromText<Value>(text);
}

/** In place: the value was parsed just now, and nobody else has it. */
function withIntegers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const parts = value as Record<string, unknown>;
  for (const key of Object.keys(parts)) {
    const part = parts[key];
    if (typeof part === "string") {
      if (Object.hasOwn(integerKeys, key)) parts[key] = BigInt(part);
    } else if (key !== "metadata") withIntegers(part);
  }
  return value;
}
