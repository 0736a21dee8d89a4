/** Where a value of a JSON text stands. */
export interface JsonPlace {
  /** The name it has in its object; an element of an array has the array's. */
  readonly key: string;
  /** The names of all objects around it, the outermost first. */
  readonly path: readonly string[];
}

export interface JsonRewriting {
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
