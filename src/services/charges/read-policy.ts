import { z } from "zod";
import type { Mistake } from "../../domain/errors.ts";
import { providerNames } from "../../domain/ids.ts";
import { largestAmount } from "../../domain/money.ts";
import { isMisspelt, nearestName, notKnown } from "../../domain/nearest-name.ts";
import { bases, defaultPolicy, effects, type LineRule, type Policy } from "../../domain/policy/policy.ts";
import { parseInstant } from "../../domain/time.ts";
import type { PolicyInput } from "./policy-input.ts";

/** A policy as its author writes it; the store numbers it. */
export type PolicyTerms = Omit<Policy, "version">;

/** Something wrong in a document, and where: `rules[0].match.provider`. */
interface PolicyMistake extends Omit<Mistake, "name"> {
  readonly path: string;
}

type PolicyReading =
  | { readonly kind: "policy"; readonly terms: PolicyTerms }
  | { readonly kind: "mistakes"; readonly mistakes: readonly PolicyMistake[] };

/**
 * Reads the content of a policy file, all of it: what is not known is a mistake, and every mistake is named. A provider that is
 * called almost like one of ours is taken for it, misspelt, unless it is among the `others` that the app brings.
 */
export function readPolicy(document: unknown, others: readonly string[] = []): PolicyReading {
  const result = policyDocument.safeParse(document, { error: inOurWords, reportInput: true });
  const misspelt = misspeltProviders(document, others);
  if (!result.success)
    return { kind: "mistakes", mistakes: [...result.error.issues.flatMap(mistakesOf), ...misspelt] };
  const mistakes = [...repeatedPrices(result.data.meters), ...misspelt];
  if (mistakes.length > 0) return { kind: "mistakes", mistakes };
  return { kind: "policy", terms: termsOf(result.data) };
}

const currency = z.string().regex(/^[A-Z]{3}$/, "must be a currency code of three capital letters");
const amount = z
  .string()
  .regex(/^\d{1,19}$/, "must be a string of digits, in minor units")
  .transform(BigInt)
  .refine((value) => value <= largestAmount, "does not fit into 64 bits");
const price = z
  .string()
  .regex(
    /^\d{1,18}(?:\.\d{1,12})?$/,
    "must be a decimal string of at most 12 decimals, in minor units per unit of quantity",
  );
const instant = z.string().transform((text, context) => {
  const value = parseInstant(text);
  if (value === undefined) context.addIssue("must be an RFC 3339 time, such as 2026-01-31T00:00:00Z");
  return value ?? z.NEVER;
});
/** What a charge keeps of metadata is one level of keys, so a path ends in a key of one of these two. */
const ownerPath = z
  .string()
  .regex(/^(?:\w+\.)*(?:custom_data|metadata)\.[^.]+$/, "must end in custom_data.<key> or metadata.<key>");

const rule = {
  effect: z
    .enum(effects)
    .describe("`top_up` raises the wallet, `debit` lowers it by what the line comes to, `none` leaves it."),
  basis: z
    .enum(bases)
    .optional()
    .describe(
      "`grand_total`: what was paid in cash; `net_of_tax`: that without tax; `total`: what the document says. As `default`, else `grand_total`.",
    ),
  priority: z
    .int()
    .min(-32_768)
    .max(32_767)
    .optional()
    .describe("Lots with a lower number are spent first. As `default`, else 0."),
  expires_after_days: z
    .int()
    .min(1)
    .max(36_500)
    .nullish()
    .describe("For how long the value lasts; null: without end. As `default`, else without end."),
};
/** An app may bring providers of its own: a name nobody has is only warned of. */
const providerName = z.string().regex(/^[a-z][a-z0-9_-]*$/, "must be the name of a provider");
const match = z.strictObject({
  provider: providerName.optional().describe("`paddle`, `stripe`, or one that the app brings."),
  price_ref: z.string().optional().describe("The provider's id of the price."),
  product_ref: z.string().optional().describe("The provider's id of the product."),
  origin: z
    .string()
    .optional()
    .describe(
      "Why there is a document, in the provider's word: Paddle's `origin`, Stripe's `billing_reason`, such as `subscription_update`.",
    ),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .describe(
      "Keys and texts, of the line, its price, its product or the document (Paddle's `custom_data`).",
    ),
});
const policyDocument = z.strictObject({
  $schema: z.string().optional().describe("For editors alone."),
  rules: z
    .array(
      z.strictObject({
        match: match.describe("All that is named must hold; `{}` matches every line."),
        ...rule,
      }),
    )
    .default([])
    .describe("In order: the first whose `match` holds for a line decides, and none else."),
  default: z
    .strictObject({ ...rule, effect: rule.effect.optional() })
    .default({})
    .describe("What holds where no rule matches, and what a rule leaves out."),
  on_uncovered_reversal: z
    .enum(["write_off", "recover"])
    .default(defaultPolicy.onUncoveredReversal)
    .describe(
      "A refund of what was spent already: `write_off` forgives the rest, `recover` takes it from later top-ups.",
    ),
  cash_evidence: z
    .enum(["stated", "payment"])
    .default(defaultPolicy.cashEvidence)
    .describe("Whether a document's word that it was paid is enough, or it takes a `payment`."),
  out_of_band: z
    .enum(["none", "top_up"])
    .default(defaultPolicy.outOfBand)
    .describe("Whether what was paid outside the provider tops up."),
  standalone: z
    .enum(["evidence", "unless_invoiced"])
    .default(defaultPolicy.standalone)
    .describe(
      "Whether a Stripe payment of which nothing says what it pays waits for `evidence` that it has no invoice, or is a sale `unless_invoiced`.",
    ),
  settle_on: z
    .object({
      paddle: z.enum(["completed", "paid"]).default(defaultPolicy.settleOn.paddle),
      stripe: z.literal("paid").default(defaultPolicy.settleOn.stripe),
    })
    .catchall(z.enum(["completed", "paid"]))
    .default(defaultPolicy.settleOn)
    .describe("From when on a document counts; Paddle's `paid` is earlier, and without a fee."),
  owner_from: z
    .object({ paddle: z.array(ownerPath).default([]), stripe: z.array(ownerPath).default([]) })
    .catchall(z.array(ownerPath))
    .default({ paddle: [], stripe: [] })
    .describe(
      "By provider, paths into the document's metadata that name the owner, in order: `custom_data.owner`, `metadata.owner`. Whoever can set that at checkout chooses the wallet.",
    ),
  low_balance: z
    .record(currency, amount)
    .default({})
    .describe("By currency, in minor units: below that the app is told `wallet.low_balance`."),
  write_off_limit: z
    .record(currency, amount)
    .default({})
    .describe("By currency, in minor units: the largest difference that a person may write off."),
  books_start_at: instant
    .nullable()
    .default(null)
    .describe(
      "An RFC 3339 time: what settled before it is an opening balance. Changing it later needs `rebook`.",
    ),
  meters: z
    .array(
      z.strictObject({
        key: z.string().min(1).max(200).describe("The name that usage is reported by."),
        prices: z
          .record(currency, price)
          .describe('By currency, a decimal in minor units per unit: "0.0381" in USD is 0.0381 cents.'),
        from: instant
          .nullable()
          .default(null)
          .describe("An RFC 3339 time, from which on this price holds; null: from the beginning."),
      }),
    )
    .default([])
    .describe("What an app counts; several entries of one key are its price history."),
});
type PolicyDocument = z.output<typeof policyDocument>;
/** What is written for editors is what is read, or the build breaks. */
const readable: (input: PolicyInput) => z.input<typeof policyDocument> = (input) => input;
void readable;

/** The terms in force when no file says otherwise. */
export const defaultTerms: PolicyTerms = termsOf(policyDocument.parse({}));

function termsOf(document: PolicyDocument): PolicyTerms {
  const fallback = ruleOf({ ...defaultPolicy.default, ...defined(document.default) }, defaultPolicy.default);
  return {
    rules: document.rules.map(({ match, ...rule }) => ({
      match: {
        provider: match.provider,
        priceRef: match.price_ref,
        productRef: match.product_ref,
        origin: match.origin,
        metadata: match.metadata,
      },
      rule: ruleOf(rule, fallback),
    })),
    default: fallback,
    onUncoveredReversal: document.on_uncovered_reversal,
    cashEvidence: document.cash_evidence,
    outOfBand: document.out_of_band,
    standalone: document.standalone,
    settleOn: document.settle_on,
    ownerFrom: document.owner_from,
    lowBalance: document.low_balance,
    writeOffLimit: document.write_off_limit,
    booksStartAt: document.books_start_at,
    meters: document.meters,
  };
}

type RuleDocument = Omit<PolicyDocument["rules"][number], "match">;

/** What a rule leaves out is as in the file's `default`. */
function ruleOf(rule: RuleDocument, fallback: LineRule): LineRule {
  return {
    effect: rule.effect,
    basis: rule.basis ?? fallback.basis,
    priority: rule.priority ?? fallback.priority,
    expiresAfterDays:
      rule.expires_after_days === undefined ? fallback.expiresAfterDays : rule.expires_after_days,
  };
}

function defined(rule: PolicyDocument["default"]): Partial<RuleDocument> {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
}

/** Two prices of one meter and currency that begin at the same time contradict each other. */
function repeatedPrices(meters: PolicyDocument["meters"]): PolicyMistake[] {
  const seen = new Set<string>();
  return meters.flatMap(({ key, prices, from }, index) =>
    Object.keys(prices).flatMap((currency) => {
      const price = JSON.stringify([key, currency, String(from)]);
      if (!seen.has(price)) {
        seen.add(price);
        return [];
      }
      return [
        {
          path: `meters[${index}].prices.${currency}`,
          code: "invalid",
          problem: "is priced before, from the same time on",
        },
      ];
    }),
  );
}

/** A name for one of ours that nobody has would be left out in silence, and the owner or the sale be another's. */
function misspeltProviders(document: unknown, others: readonly string[]): PolicyMistake[] {
  const { settle_on, owner_from, rules } = fieldsOf(document);
  const named = [
    ...Object.keys(fieldsOf(settle_on)).map((name) => ({ path: `settle_on.${name}`, name })),
    ...Object.keys(fieldsOf(owner_from)).map((name) => ({ path: `owner_from.${name}`, name })),
    ...(Array.isArray(rules) ? rules : []).map((rule: unknown, index) => ({
      path: `rules[${index}].match.provider`,
      name: fieldsOf(fieldsOf(rule).match).provider,
    })),
  ];
  return named.flatMap(({ path, name }) => {
    if (typeof name !== "string" || others.includes(name) || !isMisspelt(providerNames, name)) return [];
    const problem = `${name} is no provider; the nearest is ${nearestName(providerNames, name)}`;
    return [{ path, code: "unknown" as const, problem }];
  });
}

/** Of what may be no object. */
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

function mistakesOf(issue: z.core.$ZodIssue): PolicyMistake[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      code: "unknown",
      problem: notKnown(namesAt(policySchema(), issue.path), key) + elsewhere(key),
    }));
  const isMissing =
    (issue.code === "invalid_type" || issue.code === "invalid_value") && issue.input === undefined;
  return [{ path: pathOf(issue.path), code: isMissing ? "missing" : "invalid", problem: issue.message }];
}

/** What is said of a value, where its own schema says nothing. */
function inOurWords(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  const path = (issue.path ?? []) as readonly PropertyKey[];
  switch (issue.code) {
    case "invalid_type": {
      const wanted = wantedOf(issue.expected, path);
      if (input === undefined) return `is missing; it must be ${wanted}`;
      const isNumber = typeof input === "number" || typeof input === "bigint";
      if (issue.expected === "string" && isNumber) return `must be a text, in quotes: "${input}"`;
      const isRead = path.length > 0 || typeof input !== "string";
      return `must be ${wanted}, and is ${nameOf(input)}${isRead ? "" : ": read the file, and give what JSON.parse makes of it"}`;
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      const only = values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(", ")}`;
      if (input === undefined) return `is missing; it ${only}`;
      if (typeof input !== "string" || values.length === 1) return only;
      return `${only}; the nearest is ${nearestName(values, input)}`;
    }
    case "invalid_key": {
      const [problem] = issue.issues as { message?: string }[];
      const capitals = String(input).trim().toUpperCase();
      const nearest = /^[A-Z]{3}$/.test(capitals) ? `; the nearest is ${capitals}` : "";
      return `${problem?.message ?? "must be a text"}${nearest}`;
    }
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "string"
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

function wantedOf(expected: string, path: readonly PropertyKey[]): string {
  const names = namesAt(policySchema(), path);
  if (names.length > 0) return `an object, of ${names.join(", ")}`;
  const wanted: Readonly<Record<string, string>> = {
    string: "a text",
    int: "a whole number",
    number: "a whole number",
    array: "a list",
    record: "an object",
    object: "an object",
  };
  return wanted[expected] ?? expected;
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : typeof value === "string" ? "a text" : `a ${typeof value}`;
}

/** Where a field of that name is, if it only stands in the wrong place. */
function elsewhere(key: string): string {
  const places = placesOf(policySchema(), key, "");
  return places.length === 0 ? "" : `; it belongs into ${places.join(" or ")}`;
}

function placesOf({ properties = {}, items }: Schema, key: string, place: string): string[] {
  const here = key in properties ? [place === "" ? "the policy itself" : place] : [];
  const within = Object.entries(properties).flatMap(([name, schema]) =>
    placesOf(schema, key, place === "" ? name : `${place}.${name}`),
  );
  return [...here, ...within, ...(items === undefined ? [] : placesOf(items, key, `${place}[]`))];
}

/** What an object may hold at a place of the document, by its schema. */
function namesAt(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  const [part, ...rest] = path;
  if (part === undefined) return Object.keys(schema.properties ?? {});
  const next = typeof part === "number" ? schema.items : schema.properties?.[String(part)];
  return next === undefined ? [] : namesAt(next, rest);
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text === "" ? "the document" : text.replace(/^\./, "");
}

/** What a policy file may hold, as a JSON schema for editors. */
export function policySchema(): Readonly<Record<string, unknown>> {
  return { title: "A policy of Tallyhook", ...z.toJSONSchema(policyDocument, { io: "input" }) };
}
