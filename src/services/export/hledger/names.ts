/**
 * Names as hledger reads them, in plain ASCII, so that any locale will do. A customer's id at its provider is part of a path
 * and may hold anything: two spaces would end the name, a semicolon begin a comment, an empty part be dropped. What is not
 * plain is written as its bytes (`%20`), the percent sign too: different paths keep different names.
 */
export function accountName(path: string): string {
  return path.replaceAll(/[^\w.:+@/-]+/g, bytesOf).replaceAll(/(?<=^|:):|:$/g, "%3A");
}

/** A commodity that counts the minor units of a currency: with decimals an imbalance below the last one would not show. */
export const commodityName = (currency: string): string => `${currency}c`;

function bytesOf(text: string): string {
  return [...Buffer.from(text, "utf8")]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}
