import { Replacements } from "../inbox/replacements.ts";
import { type JsonPlace, rewriteJson } from "./json-text.ts";
import { isAttached, isPersonalNumber, mayStay } from "./redaction-rules.ts";

export interface RedactorOptions {
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
