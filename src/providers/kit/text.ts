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
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
