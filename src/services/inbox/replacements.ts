import { createHmac } from "node:crypto";

/** Digits and lower-case letters of Paddle's ids; Stripe's may have them too. */
const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
/** How much of an id says when it was made: events of the same moment are told in the order of their ids. */
const timeOfId = 10;
const idLength = 26;
/** More digits would not fit into what most programs take for a number. */
const longestNumber = 15;

/**
 * Stand-ins for personal values, each of the same kind as what it stands for, and the same for the same value. They are
 * made with a secret, since whoever knew how could try all phone numbers and find the one that gives this stand-in.
 */
export class Replacements {
  readonly #secret: string;
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(secret: string) {
    this.#secret = secret;
  }

  of(value: string): string {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const replacement = this.#free(value);
    this.#known.set(value, replacement);
    this.#taken.add(replacement);
    return replacement;
  }

  /** A whole number of as many digits. */
  ofNumber(token: string): string {
    const digits = token.replaceAll(/\D/g, "").slice(0, longestNumber);
    return this.of(digits).replace(/^0(?=\d)/, "1");
  }

  /** Two values never share a replacement: documents would become one. */
  #free(value: string): string {
    const make = makers.find(({ fits }) => fits.test(value))?.make ?? anyText;
    for (let attempt = 0; ; attempt++) {
      const bytes = this.#bytes(value, attempt);
      // There are few values of few digits.
      const replacement = attempt < 100 ? make(value, bytes) : make(value, bytes) + (bytes.at(-1) ?? 0);
      if (replacement !== value && !this.#taken.has(replacement)) return replacement;
    }
  }

  #bytes(value: string, attempt: number): Uint8Array {
    return createHmac("sha512", this.#secret).update(`${attempt} ${value}`).digest();
  }
}

interface Maker {
  readonly fits: RegExp;
  make(value: string, bytes: Uint8Array): string;
}

const hex = (bytes: Uint8Array, from: number, length: number): string =>
  Buffer.from(bytes).toString("hex", from, from + length / 2);
const anyText = (_: string, bytes: Uint8Array): string => `redacted-${hex(bytes, 0, 12)}`;
const providerPrefixes =
  "evt|ntf|txn|txnitm|ctm|sub|add|biz|adj|adjitm|inv|paymtd|payatt|dsc|dsg|che|hsc|pay|rep|ntfset|apikey|" +
  "cus|ch|py|pi|pm|src|card|in|ii|il|inpay|re|pyr|si|cn|cnli|po|dp|du|cs|seti|acct|req|tok|ba|we|whsec|txr|di|cbtxn";

/** The first that fits; addresses of the kinds that are reserved for examples (RFC 2606, 5737, 3849). */
const makers: readonly Maker[] = [
  { fits: /^[^\s@]+@[^\s@]+$/, make: (_, bytes) => `person-${hex(bytes, 0, 12)}@example.com` },
  { fits: /^[a-z][a-z0-9+.-]*:\/\//i, make: (_, bytes) => `https://example.com/${hex(bytes, 0, 12)}` },
  { fits: /^\d{1,3}(?:\.\d{1,3}){3}$/, make: (_, [a = 0, b = 0, c = 0]) => `198.${18 + (a & 1)}.${b}.${c}` },
  {
    fits: /^(?=.*:.*:)[0-9a-f:.]{2,45}$/i,
    make: (_, bytes) => `2001:db8::${hex(bytes, 0, 4)}:${hex(bytes, 2, 4)}`,
  },
  { fits: new RegExp(`^(?:${providerPrefixes})_[0-9A-Za-z_]+$`), make: likeId },
  { fits: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, make: shaped },
  { fits: /^(?=.*\d)[-\dA-Z +()./]{1,40}$/, make: shaped },
];

function likeId(value: string, bytes: Uint8Array): string {
  const [, prefix = "", rest = ""] = /^([a-z]+_)(.*)$/.exec(value) ?? [];
  const kept = rest.length === idLength ? rest.slice(0, timeOfId) : "";
  const made = Array.from(
    { length: idLength - kept.length },
    (_, index) => idAlphabet[at(bytes, index) % 32],
  );
  return prefix + kept + made.join("");
}

/** A digit for a digit, a letter for a letter, and everything else as it is; hexadecimal stays hexadecimal. */
function shaped(value: string, bytes: Uint8Array): string {
  return [...value]
    .map((sign, index) => {
      if (/\d/.test(sign)) return String(at(bytes, index) % 10);
      if (/[a-f]/.test(sign)) return String.fromCharCode(97 + (at(bytes, index) % 6));
      return /[A-Z]/.test(sign) ? String.fromCharCode(65 + (at(bytes, index) % 26)) : sign;
    })
    .join("");
}

const at = (bytes: Uint8Array, index: number): number => bytes[index % bytes.length] ?? 0;
