import {
  type Computed,
  computed,
  describedBy,
  type Field,
  type Numbering,
  type Schema,
  type Tellable,
} from "./field.ts";

// biome-ignore lint/suspicious/noExplicitAny: a field of whatever value and column.
type AnyField = Field<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: it follows from its noun, as whatever it is kept.
type ComputedOf<Noun> = Computed<Noun, any, any>;

/** A field for each of the noun's own; what is superfluous follows from the noun. */
type Complete<Noun> = {
  readonly [Key in keyof Noun]-?: Field<NonNullable<Noun[Key]> | Extract<Noun[Key], null>, unknown>;
};
type NoMore<Noun, Fields> = {
  readonly [Key in keyof Fields]: Key extends keyof Noun ? AnyField : ComputedOf<Noun>;
};

type SnakeCase<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : "";

/** The internal number of what `chargeId` names is in `charge_no`. */
type ColumnName<Key extends string, Column> = [Column] extends [bigint | null]
  ? Key extends `${infer Stem}Id`
    ? `${SnakeCase<Stem>}_no`
    : SnakeCase<Key>
  : SnakeCase<Key>;

type ColumnOf<Of> = Of extends { readonly column: infer Column } ? Column : never;

/** The row in which what is described is kept. */
export type RowOf<Of extends { readonly fields: Readonly<Record<string, AnyField>> }> = {
  -readonly [Key in keyof Of["fields"] & string as [ColumnOf<Of["fields"][Key]>] extends [never]
    ? never
    : ColumnName<Key, ColumnOf<Of["fields"][Key]>>]: ColumnOf<Of["fields"][Key]>;
};

/** One noun, said once: of its fields follow its row, its JSON, its files' columns and what the API's description says of it. */
export interface Described<Noun, Fields> extends Tellable<Noun> {
  readonly fields: Fields;
  /** The columns of its row, and those that never change. */
  readonly columns: readonly string[];
  readonly fixedColumns: readonly string[];
  /** Its row, as the values of `columns` in their order. */
  parametersOf(noun: Noun, numbers: Numbering): unknown[];
  /**
   * The noun in a row, with what was read beside it. An id of another noun is taken from the row where it was joined, else
   * from `numbers`.
   */
  nounOf(row: object, beside?: Partial<Noun>, numbers?: Numbering): Noun;
}

type From<Noun> = <Value, Column>(
  field: Field<Value, Column>,
  get: (noun: Noun) => Value,
) => Computed<Noun, Value, Column>;

/** Describes a noun; its fields stand in the order in which the API tells them. */
export function described<Noun extends object>() {
  return <const Fields extends Complete<Noun> & Record<string, AnyField>>(
    name: string,
    about: string,
    say: (from: From<Noun>) => Fields & NoMore<Noun, Fields>,
  ): Described<Noun, Fields> => {
    const fields = say(computed);
    const all = Object.entries<AnyField>(fields).map(([key, field]) => partsOf(key, field));
    const kept = all.filter(({ field }) => field.of.isKept);
    const told = all.filter(({ field }) => field.of.isTold);
    const read = all.filter(({ field: { of } }) => of.get === null && !of.isBeside);
    return {
      name,
      fields,
      columns: kept.map(({ column }) => column),
      fixedColumns: kept.filter(({ field }) => field.of.isFixed).map(({ column }) => column),
      parametersOf: (noun, numbers) => {
        const parameters = new Array<unknown>(kept.length);
        let at = 0;
        for (const { keep, valueIn } of kept) parameters[at++] = keep(valueIn(noun), numbers);
        return parameters;
      },
      nounOf: (row, beside = {}, numbers = allJoined) => {
        const noun: Record<string, unknown> = { ...beside };
        for (const { key, readFrom } of read) noun[key] ??= readFrom(row as Row, numbers);
        return noun as Noun;
      },
      toJson: jsonOf(told),
      schema: objectSchema(about, told),
    };
  };
}

type Fitting<Value, Fields> = {
  readonly [Key in keyof Fields]: Key extends keyof Value
    ? ComputedOf<Value> | (AnyField & { readonly takes: (value: Value[Key]) => void })
    : ComputedOf<Value>;
};

/** Describes what is told and kept nowhere: fields of `Value` by their names, and what follows from it. */
export function answer<Value extends object>() {
  return <const Fields extends Record<string, AnyField>>(
    name: string,
    about: string,
    say: (from: From<Value>) => Fields & Fitting<Value, Fields>,
  ): Tellable<Value> => {
    const told = Object.entries<AnyField>(say(computed)).map(([key, field]) => partsOf(key, field));
    return { name, schema: objectSchema(about, told), toJson: jsonOf(told) };
  };
}

/** Tells all that `base` does of a part of a value, and then what `own` does of the value itself. */
export function extended<Value extends object, Base>(
  base: Tellable<Base>,
  baseOf: (value: Value) => Base,
  own: Tellable<Value>,
): Tellable<Value> {
  const { description, ...more } = own.schema;
  return {
    name: own.name,
    schema: { description, allOf: [{ [describedBy]: base }, more] },
    toJson: (value) => ({ ...base.toJson(baseOf(value)), ...own.toJson(value) }),
  };
}

/** Where every id of another noun is read with the row. */
const allJoined: Numbering = {
  of: () => {
    throw new Error("There is nothing to be numbered.");
  },
  id: (number) => {
    throw new Error(`The id of ${number} was not read with its row.`);
  },
};

type Row = Readonly<Record<string, unknown>>;

function partsOf(key: string, field: AnyField) {
  const { of } = field;
  const snake = key.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  const column = of.isReference ? snake.replace(/_id$/, "_no") : snake;
  const get = of.get as ((noun: object) => unknown) | null;
  const assemble = of.assemble as ((row: Row) => unknown) | null;
  return {
    key,
    field,
    column,
    name: of.name ?? snake,
    isOptional: of.isOptional,
    keep: of.keep as (value: unknown, numbers: Numbering) => unknown,
    tell: of.tell as (value: unknown) => unknown,
    valueIn: get ?? ((noun: object) => (noun as Row)[key]),
    readFrom: assemble ?? readerOf(field, column, of.isReference ? snake : null),
  };
}

function jsonOf(
  told: readonly Pick<ReturnType<typeof partsOf>, "name" | "isOptional" | "tell" | "valueIn">[],
) {
  return (value: unknown): Record<string, unknown> => {
    const json: Record<string, unknown> = {};
    for (const { name, isOptional, tell, valueIn } of told) {
      const own = valueIn(value as object) ?? null;
      if (own !== null) json[name] = tell(own);
      else if (!isOptional) json[name] = null;
    }
    return json;
  };
}

function readerOf({ of }: AnyField, column: string, joined: string | null) {
  const read = of.read as (column: unknown, numbers: Numbering) => unknown;
  return (row: Row, numbers: Numbering): unknown => {
    if (joined !== null && joined in row) return row[joined];
    return read(row[column], numbers);
  };
}

/** The schema of an object of these fields, by their names in JSON. */
// biome-ignore lint/suspicious/noExplicitAny: fields of whatever values.
export function schemaOf(about: string, fields: Readonly<Record<string, Field<any, unknown>>>): Schema {
  return objectSchema(
    about,
    Object.entries<AnyField>(fields).map(([key, field]) => partsOf(key, field)),
  );
}

function objectSchema(
  about: string,
  told: readonly { readonly name: string; readonly field: AnyField }[],
): Schema {
  return {
    type: "object",
    description: about,
    required: told.filter(({ field }) => !field.of.isOptional).map(({ name }) => name),
    properties: Object.fromEntries(told.map(({ name, field }) => [name, field.of.schema])),
  };
}
