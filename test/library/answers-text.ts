import { camelCase, fieldsOf } from "../../src/library/answer.ts";
import { answers, messageAnswers } from "../../src/library/outbox.ts";
import { amount, describedBy, type Schema, type Tellable, time } from "../../src/store/described/field.ts";

/**
 * src/library/answers.ts as it follows from the API's description: what an app gets has the fields that the API tells, each with
 * the words that the description has for it.
 */
export function answersText(): string {
  const named = new Map<string, string>();
  const typeOf = (schema: Schema): string => {
    const told = schema[describedBy] as Tellable<never> | undefined;
    if (told !== undefined) return reference(told);
    const types = [schema.type ?? []].flat() as string[];
    const orNull = types.includes("null") ? " | null" : "";
    if (schema.pattern === amount.of.schema.pattern) return `bigint${orNull}`;
    if (schema.format === time.of.schema.format) return `Date${orNull}`;
    const { anyOf, items, additionalProperties } = schema as {
      anyOf?: readonly Schema[];
      items?: Schema;
      additionalProperties?: Schema;
    };
    if (anyOf !== undefined) return anyOf.map(typeOf).join(" | ");
    if (items !== undefined) return `readonly ${bracketed(typeOf(items))}[]`;
    if (schema.enum !== undefined)
      return (schema.enum as readonly unknown[]).map((word) => JSON.stringify(word)).join(" | ");
    if (additionalProperties !== undefined)
      return `Readonly<Record<string, ${typeOf(additionalProperties)}>>`;
    if (fieldsOf(schema) !== undefined) return `{\n${fieldLines(schema, "    ")}\n  }`;
    const [type] = types;
    if (type === "integer" || type === "number") return `number${orNull}`;
    return type === "string" || type === "boolean" || type === "null" ? `${type}${orNull}` : "unknown";
  };
  const fieldLines = (schema: Schema, indent: string): string => {
    const required = requiredOf(schema);
    return [...(fieldsOf(schema) ?? [])]
      .map(([name, field]) => {
        const about = field.description === undefined ? "" : `${indent}/** ${String(field.description)} */\n`;
        return `${about}${indent}readonly ${camelCase(name)}${required.has(name) ? "" : "?"}: ${typeOf(field)};`;
      })
      .join("\n");
  };
  const reference = ({ name, schema }: Tellable<never>): string => {
    if (named.has(name)) return name;
    named.set(name, "");
    const about = schema.description === undefined ? "" : `/** ${String(schema.description)} */\n`;
    named.set(name, `${about}export interface ${name} extends Answer {\n${fieldLines(schema, "  ")}\n}`);
    return name;
  };
  for (const told of answers) reference(told);
  const messages = messageAnswers.map(({ type, about, data }) => {
    const name = `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
    const text = `/** ${about}. */\nexport interface ${name} extends Answer {\n${fieldLines(data, "  ")}\n}`;
    return { type, name, text };
  });
  return `${[
    "/** Made by `npm run answers` from the API's description: to change it, change what the API tells. */",
    'import type { Answer } from "./answer.ts";',
    "",
    [...named]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => text)
      .join("\n\n"),
    "",
    messages.map(({ text }) => text).join("\n\n"),
    "",
    "/** What the outbox sends of each type. */",
    "export interface OutboxData {",
    ...messages.map(({ type, name }) => `  readonly "${type}": ${name};`),
    "}",
  ].join("\n")}\n`;
}

const bracketed = (type: string): string => (type.includes(" ") ? `(${type})` : type);

function requiredOf(schema: Schema): ReadonlySet<string> {
  const told = schema[describedBy] as Tellable<never> | undefined;
  if (told !== undefined) return requiredOf(told.schema);
  const { allOf = [], required = [] } = schema as { allOf?: readonly Schema[]; required?: readonly string[] };
  return new Set([...required, ...allOf.flatMap((part) => [...requiredOf(part)])]);
}
