import { formatInstant, type Instant } from "../../domain/time.ts";

/** JSON Schema, as an OpenAPI 3.1 document has it. */
export type Schema = Readonly<Record<string | symbol, unknown>>;

/** What turns ids into the internal numbers by which rows are joined, and back. */
export interface Numbering {
  of(id: string): bigint;
  id<Id extends string>(number: bigint): Id;
}

/** Stands in a schema for that of something described, which the API's description names once. */
export const describedBy = Symbol("described by");

/** Stands in a schema for that of an amount in minor units, of the currency that stands beside it. */
export const inMinorUnits = Symbol("in minor units");

/** What can be told. */
export interface Tellable<Value> {
  /** In the API's description. */
  readonly name: string;
  readonly schema: Schema;
  toJson(value: Value): Record<string, unknown>;
}

/** What a field holds: it says what is erased for a person, and what is summed. */
export type FieldClass = "plain" | "money" | "reference" | "personal";

/** How a field is kept and told; which values and columns these are, the field's type says. */
interface Settings {
  /** The value as a column keeps it, and back. */
  readonly keep: (value: never, numbers: Numbering) => unknown;
  readonly read: (column: never, numbers: Numbering) => unknown;
  /** The value as the API tells it. */
  readonly tell: (value: never) => unknown;
  readonly schema: Schema;
  readonly class: FieldClass;
  readonly isKept: boolean;
  readonly isTold: boolean;
  readonly isOptional: boolean;
  /** Its name in JSON, where that is not the noun's own in snake case. */
  readonly name: string | null;
  /** Whether the column names another noun's row: it ends in `_no`, and holds its internal number. */
  readonly isReference: boolean;
  /** Whether neither its row nor one joined to it holds it. */
  readonly isBeside: boolean;
  /** Whether the column never changes once its row is stored. */
  readonly isFixed: boolean;
  /** How it follows from its noun, where the noun has no field of this name. */
  readonly get: ((noun: never) => unknown) | null;
  /** How it follows from its row, where no one column holds it. */
  readonly assemble: ((row: never) => unknown) | null;
}

/**
 * One field of a noun: how it is kept, whether and how the API tells it, and of what class it is. Each modifier gives another
 * field: `amount.nullable.untold`. `Column` is `never` where it has no column.
 */
export class Field<Value, Column> {
  readonly of: Settings;
  /** For the compiler alone. */
  declare readonly value: (value: Value) => Value;
  declare readonly takes: (value: Value) => void;
  declare readonly column: Column;

  constructor(of: Settings) {
    this.of = of;
  }

  get nullable(): Field<Value | null, Column | null> {
    const { keep, read, tell, schema } = this.of;
    return this.#with({
      keep: (value, numbers) => (value === null ? null : keep(value, numbers)),
      read: (column, numbers) => (column === null ? null : read(column, numbers)),
      tell: (value) => (value === null ? null : tell(value)),
      schema: nullableSchema(schema),
    });
  }

  /** Of no column. */
  get unkept(): Field<Value, never> {
    return this.#with({ isKept: false });
  }

  /** Of another row, which is read with its own. */
  get joined(): Field<Value, never> {
    return this.#with({ isKept: false });
  }

  /** Of rows of its own, which are read beside. */
  get beside(): Field<Value, never> {
    return this.#with({ isKept: false, isBeside: true });
  }

  /** Told in the form of another field. */
  toldAs({ of: { tell, schema } }: Field<Value, unknown>): Field<Value, Column> {
    return this.#with({ tell, schema, isTold: true });
  }

  /** Left out of the JSON where it is null. */
  get optional(): Field<Value, Column> {
    return this.#with({ isOptional: true });
  }

  /** Not for the API. */
  get untold(): Field<Value, Column> {
    return this.#with({ isTold: false });
  }

  /** The same as long as its row is there. */
  get fixed(): Field<Value, Column> {
    return this.#with({ isFixed: true });
  }

  /** Of a person: erased where a person asks for it. */
  get personal(): Field<Value, Column> {
    return this.#with({ class: "personal" });
  }

  /** Told under another name. */
  named(name: string): Field<Value, Column> {
    return this.#with({ name });
  }

  /** What a reader of the API's description should know. */
  about(description: string): Field<Value, Column> {
    return this.#with({ schema: { ...this.of.schema, description } });
  }

  /** A decimal of minor units, of the currency that stands beside it. */
  get ofMinorUnits(): Field<Value, Column> {
    return this.#with({ schema: { ...this.of.schema, [inMinorUnits]: true } });
  }

  example(example: unknown): Field<Value, Column> {
    return this.#with({ schema: { ...this.of.schema, examples: [example] } });
  }

  #with<OtherValue, OtherColumn>(changed: Partial<Settings>): Field<OtherValue, OtherColumn> {
    return new Field({ ...this.of, ...changed });
  }
}

/** A field that follows from its noun, which has none of this name. */
export class Computed<Noun, Value, Column> extends Field<Value, Column> {
  declare readonly noun: (noun: Noun) => void;
}

export const computed = <Noun, Value, Column>(
  { of }: Field<Value, Column>,
  get: (noun: Noun) => Value,
): Computed<Noun, Value, Column> => new Computed({ ...of, get });

function nullableSchema(schema: Schema): Schema {
  if (typeof schema.type === "string") {
    const { enum: values } = schema as { enum?: readonly unknown[] };
    return {
      ...schema,
      type: [schema.type, "null"],
      ...(values === undefined ? {} : { enum: [...values, null] }),
    };
  }
  const { description, examples, ...rest } = schema;
  return { anyOf: [rest, { type: "null" }], ...(description === undefined ? {} : { description }) };
}

/** What is typed of a field's settings where it is made. */
interface How<Value, Column> {
  readonly keep: (value: Value, numbers: Numbering) => Column;
  readonly read: (column: Column, numbers: Numbering) => Value;
  readonly tell: (value: Value) => unknown;
  readonly schema: Schema;
}

const settings = {
  class: "plain",
  isKept: true,
  isTold: true,
  isOptional: false,
  name: null,
  isReference: false,
  isBeside: false,
  isFixed: false,
  get: null,
  assemble: null,
} as const;

function field<Value, Column>(how: How<Value, Column>, rest: Partial<Settings> = {}): Field<Value, Column> {
  return new Field({ ...settings, ...how, ...rest });
}

const same = <Value>(value: Value): Value => value;

export const text = field<string, string>({ keep: same, read: same, tell: same, schema: { type: "string" } });

/** Text that is one of some words. */
export const oneOf = <Word extends string>(words: readonly Word[]): Field<Word, Word> =>
  field({ keep: same, read: same, tell: same, schema: { type: "string", enum: [...words] } });

/** Text of a type of its own, such as an id. */
export const textOf = <Text extends string>(example?: string): Field<Text, string> =>
  field<Text, string>({
    keep: same,
    read: (column) => column as Text,
    tell: same,
    schema: { type: "string", ...(example === undefined ? {} : { examples: [example] }) },
  });

/** The id of another noun's row. */
export const reference = <Id extends string>(example?: string): Field<Id, bigint> =>
  field<Id, bigint>(
    {
      keep: (id, numbers) => numbers.of(id),
      read: (number, numbers) => numbers.id<Id>(number),
      tell: same,
      schema: { type: "string", ...(example === undefined ? {} : { examples: [example] }) },
    },
    { class: "reference", isReference: true },
  );

/** The internal number of the noun itself, which follows from the name that it has among all nouns. */
export const ownNumber = field<string, bigint>(
  { keep: (name, numbers) => numbers.of(name), read: () => "", tell: same, schema: {} },
  { isTold: false, isFixed: true },
);

/** Minor units; in JSON a string of digits. */
export const amount = field<bigint, bigint>(
  {
    keep: same,
    read: same,
    tell: String,
    schema: { type: "string", pattern: "^-?\\d+$", examples: ["499"], [inMinorUnits]: true },
  },
  { class: "money" },
);

/** Nanoseconds since 1970; in JSON RFC 3339 in UTC, as precise as it came. */
export const time = field<Instant, bigint>({
  keep: same,
  read: same,
  tell: formatInstant,
  schema: { type: "string", format: "date-time", examples: ["2026-01-31T12:00:00Z"] },
});

/** A small number: a position, a version, a count. */
export const count = field<number, bigint>({
  keep: BigInt,
  read: Number,
  tell: same,
  schema: { type: "integer" },
});

/** Truth values are kept as 0 and 1: SQLite has none of its own. */
export const flag = field<boolean, bigint>({
  keep: (value) => (value ? 1n : 0n),
  read: (column) => column === 1n,
  tell: same,
  schema: { type: "boolean" },
});

/** Kept as they are; never told by themselves. */
export const bytes = field<Uint8Array, Uint8Array>({ keep: same, read: same, tell: same, schema: {} });

/** What one column cannot hold: it is put together from its row, and told by other fields. */
export const assembled = <Value, Row>(assemble: (row: Row) => Value): Field<Value, never> =>
  new Field<Value, never>({ ...settings, ...unkept<Value>({}), isKept: false, isTold: false, assemble });

/** What is told as `tell` has it and `schema` describes, and is not kept. */
export const told = <Value>(schema: Schema, tell: (value: Value) => unknown = same): Field<Value, never> =>
  new Field<Value, never>({ ...settings, ...unkept<Value>(schema, tell), isKept: false });

const unkept = <Value>(schema: Schema, tell: (value: Value) => unknown = same) => ({
  keep: same,
  read: same,
  tell,
  schema,
});

/** Something else that is described, within this. */
export const object = <Value>(described: Tellable<Value>): Field<Value, never> =>
  told<Value>({ [describedBy]: described }, (value) => described.toJson(value));

export const list = <Item>({ of }: Field<Item, unknown>): Field<readonly Item[], never> =>
  told<readonly Item[]>({ type: "array", items: of.schema }, (items) =>
    items.map(of.tell as (item: Item) => unknown),
  );

/** Kept as JSON text, as `write` and `restore` have it. */
export const json = <Value>(
  schema: Schema,
  how: {
    readonly write: (value: Value) => string;
    readonly restore: (text: string) => Value;
    readonly tell?: (value: Value) => unknown;
  },
): Field<Value, string> =>
  field<Value, string>({
    keep: (value) => how.write(value),
    read: (text) => how.restore(text),
    tell: how.tell ?? same,
    schema,
  });
