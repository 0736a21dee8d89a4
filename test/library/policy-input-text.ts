import { policySchema } from "../../src/services/charges/read-policy.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

/** src/services/charges/policy-input.ts as it follows from the policy's schema: every field with its words, for editors. */
export function policyInputText(): string {
  return [
    "/** Made by `npm run answers` from the schema of policies: to change it, change what is read. */",
    "",
    "/** A policy as a file has it, for those who write it in code. */",
    `export interface PolicyInput ${objectText(policySchema() as Schema, "")}`,
    "",
  ].join("\n");
}

function objectText(
  { properties = {}, required = [], additionalProperties }: Schema,
  indent: string,
): string {
  const lines = Object.entries(properties).map(([name, field]) => {
    const about = field.description === undefined ? "" : `${indent}  /** ${field.description} */\n`;
    const isNeeded = required.includes(name);
    return `${about}${indent}  ${name}${isNeeded ? "" : "?"}: ${typeText(field, `${indent}  `)};`;
  });
  const named = `{\n${lines.join("\n")}\n${indent}}`;
  // Apart from those: what may be left out is of no type that a name of an app's own has.
  return typeof additionalProperties === "object"
    ? `${named} & { [provider: string]: ${typeText(additionalProperties, indent)} }`
    : named;
}

function typeText(schema: Schema, indent: string): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => typeText(one, indent)).join(" | ");
  const words = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(" | ");
  if (schema.items !== undefined) return `${typeText(schema.items, indent)}[]`;
  if (schema.properties !== undefined) return objectText(schema, indent);
  if (typeof schema.additionalProperties === "object")
    return `Record<string, ${typeText(schema.additionalProperties, indent)}>`;
  return [schema.type ?? "unknown"]
    .flat()
    .map((type) => (type === "integer" ? "number" : type))
    .join(" | ");
}
