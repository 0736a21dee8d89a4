import type { JsonPlace } from "./json-text.ts";

/**
 * What redaction leaves as it is. It is a list of what may stay, not of what must go: a field that a provider adds tomorrow
 * is replaced until somebody says that it is harmless.
 */
export function mayStay(value: string, { key, path }: JsonPlace): boolean {
  if (value === "") return true;
  if (isAttached({ key, path })) return wholeCatalogueId.test(value);
  if (catalogueId.test(value)) return true;
  return kinds.some(({ keys, values }) => keys.test(key) && values.test(value));
}

/** What an app attached to a document may hold anything. */
export function isAttached({ key, path }: JsonPlace): boolean {
  return attachments.has(key) || path.some((name) => attachments.has(name));
}

/** A number is an amount, a count or a rate, unless its name says otherwise. */
export function isPersonalNumber(place: JsonPlace): boolean {
  return isAttached(place) || personalNumbers.test(place.key);
}

const attachments: ReadonlySet<string> = new Set(["custom_data", "metadata"]);
const personalNumbers = /^(?:exp|expiry)_(?:month|year)$|phone|last4|postal|zip|birth|tax_id/;

/** Prices and products are the seller's own; rules of a policy match by them, so a replay needs them. */
const catalogueId = /^(?:pri|pro|price|prod)_[0-9A-Za-z]{1,64}$/;
const wholeCatalogueId = /^(?:pri|pro)_[0-9a-z]{26}$|^(?:price|prod)_[0-9A-Za-z]{14,}$/;

const kinds: readonly { readonly keys: RegExp; readonly values: RegExp }[] = [
  {
    keys: /(?:^|_)(?:decimal|amount|subtotal|discount|tax|total|credit|balance|fee|earnings|original|net|gross|rate|quantity|minimum|maximum)$/,
    values: /^[\s\p{Nd}.eE+-]{1,40}$/u,
  },
  { keys: /(?:^|_)currency(?:_code)?$/, values: /^[A-Za-z]{3}$/ },
  // Times of any name; Go's zero time is one.
  { keys: /./, values: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/ },
  {
    keys: /^(?:status|type|action|object|origin|collection_mode|event_type|error_code|tax_mode|tax_category|interval|brand|mode|api_version|billing_reason|collection_method|capture_method|reporting_category|tax_behavior|taxability_reason)$/,
    values: /^[a-z0-9][a-z0-9_.-]{0,63}$/,
  },
];
