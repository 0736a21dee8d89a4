import type { z } from "zod";
import { schemaOf } from "../../services/documents/parameters.ts";

/** What was asked for and cannot be read, and how to write it instead. */
export interface FieldMistake {
  readonly typed: string;
  readonly why: string;
}

export type Mistakes = Readonly<Record<string, FieldMistake>>;

/** The parameters of a page that cannot be read; one that it does not take is none of them: that is refused as a whole. */
export function mistakesOf(parameters: Readonly<Record<string, string>>, shape: z.ZodRawShape): Mistakes {
  const result = schemaOf(shape).safeParse(parameters);
  const issues = result.success ? [] : result.error.issues;
  return Object.fromEntries(
    issues.flatMap((issue) => {
      const [name] = issue.path;
      const typed = typeof name === "string" ? parameters[name] : undefined;
      return typed === undefined ? [] : [[String(name), { typed, why: whyOf(String(name), issue) }]];
    }),
  );
}

/** Of a provider that is not known here: an empty list would say that it had nothing. */
export const unknownProvider = (typed: string, known: readonly string[]): FieldMistake => ({
  typed,
  why: `There is no such provider here: write ${known.join(" or ") || "none, as none is set up"}.`,
});

/** As a field is called on the page. */
const labels: Readonly<Record<string, string>> = {
  from: "From",
  to: "Before",
  at: "At",
  q: "What is searched for",
  customer_ref: "Customer",
  invoice_number: "Invoice number",
};

/** All of them in a sentence each. */
export const inSentences = (mistakes: Mistakes): string =>
  Object.entries(mistakes)
    .map(
      ([name, { typed, why }]) => `${labels[name] ?? name} “${typed.slice(0, 100)}” cannot be read. ${why}`,
    )
    .join(" ");

const moments: ReadonlySet<string> = new Set(["from", "to", "at"]);

function whyOf(name: string, issue: z.core.$ZodIssue): string {
  if (moments.has(name))
    return "Write a day like 2026-10-01. It is the beginning of that day, in UTC; a time is written like 2026-10-01T18:30.";
  if (name === "month") return "Write a month like 2026-10.";
  if (name === "zone") return "Write a zone like Europe/Berlin.";
  return inWords(issue);
}

/** What is wrong as people say it; where we have words of our own for it, those. */
export function inWords({ code, message }: z.core.$ZodIssue): string {
  if (!/^(?:Invalid|Too) /.test(message)) return `${message}.`;
  switch (code) {
    case "invalid_value":
      return "It is none of the words that can be chosen.";
    case "too_big":
      return "It is too long.";
    default:
      return "Write it in another way.";
  }
}
