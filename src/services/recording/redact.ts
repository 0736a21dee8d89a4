import { Replacements } from "../inbox/replacements.ts";

/** Where a value of a JSON text stands. */
interface JsonPlace {
  /** The name it has in its object; an element of an array has the array's. */
  readonly key: string;
  /** The names of all objects around it, the outermost first. */
  readonly path: readonly string[];
}

interface JsonRewriting {
  /** A string, number, boolean or null as it is written; gives what to write instead. */
  scalar(token: string, place: JsonPlace): string;
  /** An object's name for a value, as it is written. */
  name(token: string, place: JsonPlace): string;
}

/** Deeper levels are not indented further: 20,000 levels would make gigabytes of blanks. */
const deepestIndent = 32;
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/**
 * Writes a JSON text anew with an indent of two, token by token: numbers keep their digits, strings their escapes, and names
 * that occur twice stay, which parsing and printing would not do.
 */
export function rewriteJson(text: string, rewriting: JsonRewriting): string {
  const writer = new Writer(rewriting);
  for (const [token] of text.matchAll(tokens)) writer.add(token);
  return writer.text;
}

interface Container {
  readonly isObject: boolean;
  isEmpty: boolean;
  /** The name that the next value belongs to. */
  key: string;
}

class Writer {
  readonly #rewriting: JsonRewriting;
  readonly #containers: Container[] = [];
  readonly #path: string[] = [];
  #isNameNext = false;
  readonly #parts: string[] = [];

  constructor(rewriting: JsonRewriting) {
    this.#rewriting = rewriting;
  }

  get text(): string {
    return this.#parts.join("");
  }

  add(token: string): void {
    if (token === "{" || token === "[") this.#open(token);
    else if (token === "}" || token === "]") this.#close(token);
    else if (token === ":") this.#write(": ");
    else if (token === ",") this.#next();
    else if (this.#isNameNext) this.#name(token);
    else this.#scalar(token);
  }

  #next(): void {
    this.#isNameNext = this.#containers.at(-1)?.isObject ?? false;
    this.#write(",");
  }

  #open(token: "{" | "["): void {
    this.#beforeValue();
    const key = this.#containers.at(-1)?.key ?? "";
    this.#path.push(key);
    this.#containers.push({ isObject: token === "{", isEmpty: true, key });
    this.#isNameNext = token === "{";
    this.#write(token);
  }

  #close(token: "}" | "]"): void {
    const closed = this.#containers.pop();
    this.#path.pop();
    this.#isNameNext = false;
    if (closed?.isEmpty === false) this.#newLine();
    this.#write(token);
  }

  #name(token: string): void {
    this.#beginItem();
    const container = this.#containers.at(-1);
    const key: string = JSON.parse(token);
    this.#write(this.#rewriting.name(token, { key, path: this.#path }));
    if (container !== undefined) container.key = key;
    this.#isNameNext = false;
  }

  #scalar(token: string): void {
    this.#beforeValue();
    const key = this.#containers.at(-1)?.key ?? "";
    this.#write(this.#rewriting.scalar(token, { key, path: this.#path }));
  }

  /** In an object a value stands behind its name, in an array on a line of its own. */
  #beforeValue(): void {
    if (this.#containers.at(-1)?.isObject === false) this.#beginItem();
  }

  #beginItem(): void {
    const container = this.#containers.at(-1);
    if (container !== undefined) container.isEmpty = false;
    this.#newLine();
  }

  #newLine(): void {
    this.#write(`\n${"  ".repeat(Math.min(this.#containers.length, deepestIndent))}`);
  }

  #write(part: string): void {
    this.#parts.push(part);
  }
}

/**
 * What redaction leaves as it is. It is a list of what may stay, not of what must go: a field that a provider adds tomorrow
 * is replaced until somebody says that it is harmless.
 */
function mayStay(value: string, { key, path }: JsonPlace): boolean {
  if (value === "") return true;
  if (isAttached({ key, path })) return wholeCatalogueId.test(value);
  if (catalogueId.test(value)) return true;
  return kinds.some(({ keys, values }) => keys.test(key) && values.test(value));
}

/** What an app attached to a document may hold anything. */
function isAttached({ key, path }: JsonPlace): boolean {
  return attachments.has(key) || path.some((name) => attachments.has(name));
}

/** A number is an amount, a count or a rate, unless its name says otherwise. */
function isPersonalNumber(place: JsonPlace): boolean {
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

interface RedactorOptions {
  /** The same secret gives the same replacements; who has it can check a guess at what was replaced. */
  readonly secret: string;
  /** Whether a policy's rules ask for this value of metadata: without it a replay would not tell its lines apart. */
  isMatchedOn(key: string, value: string): boolean;
}

/**
 * Replaces personal data in provider bodies, consistently over all of them: amounts, currencies, statuses, times and the
 * seller's own price ids stay, so that a replay leads to the same figures.
 */
export class Redactor {
  readonly #options: RedactorOptions;
  readonly #replacements: Replacements;

  constructor(options: RedactorOptions) {
    this.#options = options;
    this.#replacements = new Replacements(options.secret);
  }

  body(text: string): string {
    return rewriteJson(text, {
      name: (token, place) => this.#name(token, place),
      scalar: (token, place) => this.#scalar(token, place),
    });
  }

  /** What stands in a body for this value under this name. */
  value(value: string, place: JsonPlace): string {
    if (mayStay(value, place)) return value;
    if (isAttached(place) && this.#options.isMatchedOn(place.key, value)) return value;
    return this.#replacements.of(value);
  }

  /** An app may use an address as a name: what does not look like one of a program is replaced. */
  #name(token: string, { key, path }: JsonPlace): string {
    const isPlain = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/.test(key);
    return isPlain && !(isAttached({ key: "", path }) && /\d{5}/.test(key))
      ? token
      : JSON.stringify(this.#replacements.of(key));
  }

  #scalar(token: string, place: JsonPlace): string {
    if (token.startsWith('"')) {
      const value: string = JSON.parse(token);
      const redacted = this.value(value, place);
      return redacted === value ? token : JSON.stringify(redacted);
    }
    if (!/^-?\d/.test(token) || !isPersonalNumber(place)) return token;
    if (isAttached(place) && this.#options.isMatchedOn(place.key, token)) return token;
    if (/month$/.test(place.key)) return "12";
    if (/year$/.test(place.key)) return "2099";
    return this.#replacements.ofNumber(token);
  }
}
