import { z } from "zod";
import { type Metadata, type Unreadable, wholeAttachment } from "../../domain/facts/metadata.ts";
import type { ProviderName } from "../../domain/ids.ts";
import { type Amount, exponentOf } from "../../domain/money.ts";
import type { Normalised, Refusal } from "../provider.ts";
import { refused } from "./signature.ts";

export type Parked = Extract<Normalised, { kind: "parked" }>;

/** `detail` says where in the body and never repeats a value: it could be personal. */
export function parked(reason: string, detail: string): Parked {
  return { kind: "parked", reason, detail };
}

/**
 * A schema's own reason is in `params.reason` of its issue; a shape that does not fit is `schema_invalid`. `root` is where
 * in the body the value stands that was read.
 */
export function parkedBy(error: z.ZodError, root = "data"): Parked {
  const [issue] = error.issues;
  if (issue === undefined) return parked("schema_invalid", root);
  const reason: unknown = issue.code === "custom" ? issue.params?.reason : undefined;
  const path = [root, ...issue.path].join(".");
  return parked(typeof reason === "string" ? reason : "schema_invalid", `${path}: ${issue.message}`);
}

const printable = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

/** Longest id or type that we take: no provider sends one of more than 64. */
const longestName = 255;

/**
 * Whether a text can be an id or a type: printable, not blank, of bearable length. Control characters and lone surrogates
 * would not come back from every database as they went in.
 */
export function isName(value: unknown): value is string {
  return (
    typeof value === "string" && value.length <= longestName && printable.test(value) && value.trim() !== ""
  );
}

/** Free text as every database can keep it: NUL and lone surrogates become U+FFFD. */
function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

export type AmountProblem = "amount_invalid" | "amount_out_of_range" | "amount_negative";

interface AmountReading {
  /** An amount of any sign as this provider writes it. */
  read(value: unknown): Amount | AmountProblem;
  /** What an amount must be, for people. */
  readonly form: string;
}

/** The two kinds of amounts: of any sign, and those that only go one way. */
export function amountSchemas({ read, form }: AmountReading) {
  const explanations: Record<AmountProblem, string> = {
    amount_invalid: `must be ${form}.`,
    amount_out_of_range: "does not fit into 64 bits.",
    amount_negative: "cannot be negative.",
  };
  const taken = (value: Amount | AmountProblem, context: z.RefinementCtx): Amount => {
    if (typeof value === "bigint") return value;
    context.addIssue({ code: "custom", message: explanations[value], params: { reason: value } });
    return z.NEVER;
  };
  return {
    amount: z.unknown().transform((value, context) => taken(read(value), context)),
    unsignedAmount: z.unknown().transform((value, context) => {
      const amount = read(value);
      return taken(typeof amount === "bigint" && amount < 0n ? "amount_negative" : amount, context);
    }),
  };
}

/** One of the provider's currencies, in upper case; how many decimals it has is known for no other. */
export function currencySchema(provider: ProviderName, codeOf: (text: string) => string) {
  const name = provider === "paddle" ? "Paddle" : "Stripe";
  return z.string().transform((text, context) => {
    const code = codeOf(text);
    if (exponentOf(provider, code) !== undefined) return code;
    context.addIssue({
      code: "custom",
      message: `is no currency of ${name}.`,
      params: { reason: "currency_unknown" },
    });
    return z.NEVER;
  });
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The JSON value of a body. Bytes that are not UTF-8 are not JSON (RFC 8259, section 8.1). */
export function parseJson(body: Uint8Array): { readonly kind: "json"; readonly value: unknown } | Refusal {
  try {
    return { kind: "json", value: JSON.parse(utf8.decode(body)) };
  } catch {
    return refused("body_not_json", "The body is not JSON in UTF-8.");
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a JSON value is nested deeper than `limit`. JSON.parse takes 900,000 levels, but whatever recurses afterwards
 * (JSON.stringify at 10,000) overflows: ask this first, with a limit far below that, since it recurses down to the limit
 * itself. It visits every node of every event, and makes no object on its way.
 */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit < 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(item, limit - 1));
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) if (isDeeperThan(record[key], limit - 1)) return true;
  return false;
}

/** An id of a provider's: what a fact is found by again, so it must come back from a database as it went in. */
export const reference = z.string().transform((text, context) => {
  if (isName(text)) return text;
  context.addIssue({
    code: "custom",
    message: "must be a printable text.",
    params: { reason: "text_invalid" },
  });
  return z.NEVER;
});

/** Text that a person reads. */
export const freeText = z.string().transform(storableText);

/** What moves no money and decides none: malformed, it is as if it were not said, and keeps nothing from being read. */
export function unlessMalformed<Shape extends z.ZodType>(shape: Shape) {
  return shape.nullish().catch(null);
}

/**
 * What an app attached to a provider's object; `null` if there is nothing. `Object.fromEntries` defines a key `__proto__`
 * like any other. Bound the depth first: JSON.stringify recurses.
 */
export function readMetadata(value: unknown): Metadata | null {
  if (value === null || value === undefined) return null;
  if (!isRecord(value)) return { [wholeAttachment]: unreadable(value) };
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) =>
      entry === null ? [] : [[storableText(key), textOf(entry)] as const],
    ),
  );
}

/** Of several objects as one, the one whose keys win first; `null` if none has any metadata. */
export function readMetadataOf(levels: readonly unknown[]): Metadata | null {
  const read = levels.map(readMetadata).filter((level) => level !== null);
  if (read.length === 0) return null;
  return Object.fromEntries(read.toReversed().flatMap((level) => Object.entries(level)));
}

function textOf(value: unknown): string | Unreadable {
  if (typeof value === "string") return storableText(value);
  return isExact(value) ? String(value) : unreadable(value);
}

/** A larger number was rounded by JSON.parse: two that were sent as different ones would name the same owner. */
function isExact(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function unreadable(value: unknown): Unreadable {
  return { json: storableText(JSON.stringify(value)) };
}
