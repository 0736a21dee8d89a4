import { hash } from "node:crypto";
import type { OwnProvider } from "../../domain/ids.ts";
import { type Amount, exponentOf, fitsInto64Bits } from "../../domain/money.ts";
import type { StatementRow } from "../../domain/reconciling/statement.ts";
import { fromUnixSeconds, type Instant, isZeroTime, parseInstant } from "../../domain/time.ts";
import { SourceError } from "./asking.ts";
import { isDeeperThan, isName, isRecord } from "./fields.ts";

/**
 * The id of an event that we make of a listed object: what is said by it, and when. The same words give the same id, so
 * listing again changes nothing; other words are another event.
 */
export function ownKey(
  object: string,
  { ref, at, row }: { ref: string; at: string; row: ListedObjectRow },
): string {
  return `obj:${object}:${ref}:${hash("sha256", `${at} ${JSON.stringify(row)}`, "hex").slice(0, 16)}`;
}

/** Bytes of an event. */
export const bodyOf = (event: ListedObjectRow): Uint8Array => new TextEncoder().encode(JSON.stringify(event));

export type ListedObjectRow = Readonly<Record<string, unknown>>;

/** Recorded bodies reach 9 levels; what is nested deeper than this is parked anyway. */
const deepest = 100;

/**
 * The rows of a listed page, none of which has lost a digit: an integer beyond 2^53 is another one after JSON.parse.
 * @throws SourceError
 */
export function rowsOf(
  data: unknown,
  list: { readonly provider: OwnProvider; readonly name: string },
): ListedObjectRow[] {
  const { provider, name } = list;
  if (!Array.isArray(data) || !data.every(isRecord))
    throw new SourceError("unreadable", `The list ${name} has no rows.`, { provider });
  for (const row of data) {
    if (isDeeperThan(row, deepest))
      throw new SourceError("unreadable", `A row of ${name} is nested deeper than ${deepest}.`, { provider });
    const path = unsafeNumber(row);
    if (path !== null)
      throw new SourceError("number_unsafe", `${name} ${row.id}: ${path} is an integer beyond 2^53.`, {
        provider,
      });
  }
  return data;
}

/** Where in a value there is an integer that cannot be trusted. */
function unsafeNumber(value: unknown, path = ""): string | null {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) ? path : null;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, part] of Object.entries(value)) {
    const found = unsafeNumber(part, path === "" ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** Refuses a list that does not come to an end: what was on a page before must not begin another one. */
export class SeenPages {
  readonly #first = new Set<string>();

  /** @throws SourceError `page_repeated` */
  see(first: string, { provider, name }: { readonly provider: OwnProvider; readonly name: string }): void {
    if (this.#first.has(first))
      throw new SourceError("page_repeated", `The list ${name} gives the same page again.`, { provider });
    this.#first.add(first);
  }
}

/** What a listed object says, as a row of a statement. */
export type ListedRow =
  | { readonly kind: "row"; readonly row: StatementRow }
  | { readonly kind: "error"; readonly reason: string; readonly row: Partial<StatementRow> };

/**
 * The fields of one listed object, read one by one, apart from how events are read: this is the other witness. What cannot be
 * read is `null`, and the first of them is the row's problem.
 */
export class ListedFields {
  readonly #provider: OwnProvider;
  readonly #row: ListedObjectRow;
  #problem: string | null = null;

  constructor(provider: OwnProvider, row: ListedObjectRow) {
    this.#provider = provider;
    this.#row = row;
  }

  get problem(): string | null {
    return this.#problem;
  }

  refuse(code: string, path: string): null {
    this.#problem ??= `${code}: ${path}`;
    return null;
  }

  /** What is there, below dots. */
  at(path: string): unknown {
    return path
      .split(".")
      .reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), this.#row);
  }

  /** The id of an object, or of one that was sent whole. */
  optionalReference(path: string): string | null {
    const value = this.at(path);
    const id = isRecord(value) ? value.id : value;
    if (id === undefined || id === null) return null;
    return isName(id) ? id : this.refuse("reference_invalid", path);
  }

  reference(path: string): string | null {
    return this.optionalReference(path) ?? this.refuse("reference_invalid", path);
  }

  word<Meaning>(path: string, words: ReadonlyMap<string, Meaning>, unknown: string): Meaning | null {
    return words.get(String(this.at(path))) ?? this.refuse(unknown, path);
  }

  currency(path: string): string | null {
    const code = String(this.at(path)).toUpperCase();
    return exponentOf(this.#provider, code) === undefined ? this.refuse("currency_unknown", path) : code;
  }

  /** Minor units: of Stripe a safe integer, of Paddle a string of digits. */
  amount(path: string): Amount | null {
    const value = this.at(path);
    const isWritten = this.#provider === "stripe" ? Number.isSafeInteger(value) : isDigits(value);
    const amount = isWritten ? BigInt(value as number | string) : null;
    return amount !== null && fitsInto64Bits(amount) ? amount : this.refuse("amount_invalid", path);
  }

  optionalAmount(path: string): Amount | null {
    return this.at(path) == null ? null : this.amount(path);
  }

  /** Unix seconds or RFC 3339, as the provider writes times. */
  time(path: string): Instant | null {
    const value = this.at(path);
    if (Number.isSafeInteger(value)) return fromUnixSeconds(Number(value));
    const instant = typeof value === "string" && !isZeroTime(value) ? parseInstant(value) : undefined;
    return instant ?? this.refuse("time_invalid", path);
  }
}

const isDigits = (value: unknown): boolean => typeof value === "string" && /^-?\d{1,20}$/.test(value);

/** What was read of an object: whole where all of it could be. */
export function listedRow(
  { problem }: ListedFields,
  row: { readonly [Field in keyof StatementRow]: StatementRow[Field] | null },
): ListedRow {
  const { key, kind, category, currency } = row;
  if (problem === null && key !== null && kind !== null && category !== null && currency !== null)
    return { kind: "row", row: { ...row, key, kind, category, currency } };
  const read = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  return { kind: "error", reason: problem ?? "row_invalid: key", row: read };
}

/** What a row says nothing of. */
export const saysNothing = {
  objectRef: null,
  payoutRef: null,
  customerRef: null,
  state: null,
  at: null,
  gross: null,
  fee: null,
  tax: null,
  net: null,
} as const;
