import { amount, describedBy, type Schema, type Tellable, time } from "../store/described/field.ts";

/** What every answer of the library is besides its fields: the API's own document, as JSON has it. */
export interface Answer {
  /** What the API answers: amounts as strings of minor units, times in RFC 3339, names in snake case. */
  toJSON(): Record<string, unknown>;
}

/** Some of a list, the newest first. Give `nextCursor` as `cursor` to go on; `null`: there is no more. */
export interface Page<Row> extends Answer {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}

/**
 * What the API tells of a value, as an app has it: amounts are `bigint`, times are `Date`, names are in camel case. The API's
 * description says which is what, so a field that the API tells is a field here.
 */
export function answerOf<Shape>(told: Tellable<never>, document: Record<string, unknown>): Shape {
  return readerOf(told.schema)(document) as Shape;
}

/** A page as the API answers it, with whatever stands beside its rows. */
interface PageDocument extends Readonly<Record<string, unknown>> {
  readonly data: readonly object[];
  readonly next_cursor: string | null;
}

/** The same of part of a list, with what is said of all of it. */
export function pageOf<Row extends object, Beside extends object = object>(
  told: Tellable<never>,
  document: PageDocument,
  beside?: Tellable<never>,
): Page<Row> & Beside {
  const { data, next_cursor, ...rest } = document;
  const read = readerOf(told.schema);
  const said = beside === undefined ? {} : (readerOf(beside.schema)(rest) as object);
  const page = { ...said, data: data.map(read) as Row[], nextCursor: next_cursor };
  return withJson(page, () => ({ ...document })) as unknown as Page<Row> & Beside;
}

/** `toJSON` is there for JSON alone: whoever prints, compares or lists an answer sees its fields. */
export function withJson<Fields extends object>(
  fields: Fields,
  toJSON: () => Record<string, unknown>,
): Fields & Answer {
  return Object.defineProperty(fields, "toJSON", { value: toJSON }) as Fields & Answer;
}

/** Of JSON text whose form a schema describes. */
export const readAs = (schema: Schema, json: unknown): unknown => readerOf(schema)(json);

type Read = (json: unknown) => unknown;

const readers = new WeakMap<Schema, Read>();

function readerOf(schema: Schema): Read {
  const known = readers.get(schema);
  if (known !== undefined) return known;
  const read = orNull(makeReader(schema));
  readers.set(schema, read);
  return read;
}

const orNull =
  (read: Read): Read =>
  (json) =>
    json === null ? null : read(json);

function makeReader(schema: Schema): Read {
  const told = schema[describedBy] as Tellable<never> | undefined;
  if (told !== undefined) return readerOf(told.schema);
  if (schema.pattern === amount.of.schema.pattern) return (json) => BigInt(json as string);
  if (schema.format === time.of.schema.format) return (json) => new Date(json as string);
  const { anyOf, items } = schema as { anyOf?: readonly Schema[]; items?: Schema };
  if (anyOf !== undefined) return readerOf(anyOf[0] ?? {});
  if (items !== undefined) {
    const read = readerOf(items);
    return (json) => (json as readonly unknown[]).map(read);
  }
  const fields = fieldsOf(schema);
  return fields === undefined ? (json) => json : objectReader(fields);
}

/** Those of an object whose fields are described; what has keys of somebody else's choosing stays as it is. */
export function fieldsOf(schema: Schema): ReadonlyMap<string, Schema> | undefined {
  const told = schema[describedBy] as Tellable<never> | undefined;
  if (told !== undefined) return fieldsOf(told.schema);
  const { allOf, properties } = schema as { allOf?: readonly Schema[]; properties?: Record<string, Schema> };
  if (properties !== undefined) return new Map(Object.entries(properties));
  return allOf && new Map(allOf.flatMap((part) => [...(fieldsOf(part) ?? [])]));
}

function objectReader(fields: ReadonlyMap<string, Schema>): Read {
  const parts = [...fields].map(([name, schema]) => ({ name, key: camelCase(name), read: readerOf(schema) }));
  return (json) => {
    const document = json as Record<string, unknown>;
    const value: Record<string, unknown> = {};
    for (const { name, key, read } of parts) if (name in document) value[key] = read(document[name]);
    return withJson(value, () => document);
  };
}

export const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

export const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
