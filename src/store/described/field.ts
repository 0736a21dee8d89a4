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
  /** The value as JSON keeps it among others, and back; null where it is none that is kept so. */
  readonly pack: ((value: never) => unknown) | null;
  readonly unpack: (packed: never) => unknown;
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
  /** Its place in the {@link rest} of its row; null where it is not kept there. */
  readonly place: number | null;
  /** What is kept in the same row, as it is described itself. */
  readonly within: KeptWithin | null;
  /** Whether the column never changes once its row is stored. */
  readonly isFixed: boolean;
  /** How it follows from its noun, where the noun has no field of this name. */
  readonly get: ((noun: never) => unknown) | null;
  /** Whether that is of what is told, of which the noun is a part. */
  readonly isOfTold: boolean;
  /** How it follows from its row, where no one column holds it. */
  readonly assemble: ((row: never, numbers: Numbering) => unknown) | null;
}

/** What a noun's row holds of a part of it. */
export interface KeptWithin {
  readonly columns: readonly string[];
  readonly fixedColumns: readonly string[];
  parametersOf(part: never, numbers: Numbering): unknown[];
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
    const { keep, read, pack, unpack, tell, schema } = this.of;
    return this.#with({
      keep: (value, numbers) => (value === null ? null : keep(value, numbers)),
      read: (column, numbers) => (column === null ? null : read(column, numbers)),
      pack: pack && ((value) => (value === null ? null : pack(value))),
      unpack: (packed) => (packed === null ? null : unpack(packed)),
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

  /**
   * In no column of its own, since nothing searches, sums or compares it: at this place of its row's {@link rest}. A place is
   * never another field's; what is added gets the next one, and is nullable, since rows that are there have nothing at it.
   */
  inRest(place: number): Field<Value, never> {
    if (this.of.pack === null) throw new Error("It cannot be kept among others.");
    return this.#with({ isKept: false, place });
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

/** The column of what has a place in it, in the order of places, as JSON: {@link Field.inRest}. */
export type Rest = Computed<object, object, string>;

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

/** What is typed of a field's settings where it is made; without `pack`, JSON has its value as it is. */
interface How<Value, Column, Packed = Value> {
  readonly keep: (value: Value, numbers: Numbering) => Column;
  readonly read: (column: Column, numbers: Numbering) => Value;
  readonly pack?: ((value: Value) => Packed) | null;
  readonly unpack?: (packed: Packed) => Value;
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
  place: null,
  within: null,
  isFixed: false,
  get: null,
  isOfTold: false,
  assemble: null,
} as const;

const same = <Value>(value: Value): Value => value;

function field<Value, Column, Packed = Value>(
  how: How<Value, Column, Packed>,
  rest: Partial<Settings> = {},
): Field<Value, Column> {
  return new Field({ ...settings, pack: same, unpack: same, ...how, ...rest });
}

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
      pack: null,
      tell: same,
      schema: { type: "string", ...(example === undefined ? {} : { examples: [example] }) },
    },
    { class: "reference", isReference: true },
  );

/** The internal number of the noun itself, which follows from the name that it has among all nouns. */
export const ownNumber = field<string, bigint>(
  { keep: (name, numbers) => numbers.of(name), read: () => "", pack: null, tell: same, schema: {} },
  { isTold: false, isFixed: true },
);

/** An internal number as the noun itself has it; nobody is told it. */
export const internalNumber = field<bigint, bigint>(
  { keep: same, read: same, pack: null, tell: same, schema: {} },
  { isTold: false },
);

/** Minor units; in JSON a string of digits. */
export const amount = field<bigint, bigint, string>(
  {
    keep: same,
    read: same,
    pack: String,
    unpack: BigInt,
    tell: String,
    schema: { type: "string", pattern: "^-?\\d+$", examples: ["499"], [inMinorUnits]: true },
  },
  { class: "money" },
);

/** Nanoseconds since 1970; in JSON RFC 3339 in UTC, as precise as it came. */
export const time = field<Instant, bigint, string>({
  keep: same,
  read: same,
  pack: String,
  unpack: BigInt,
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

/** {@link Rest}. */
export const rest: Rest = new Computed({
  ...settings,
  keep: same,
  read: same,
  pack: null,
  unpack: same,
  tell: same,
  schema: {},
  isTold: false,
  get: same,
});

/** What is true where it is said at all. */
export const yes = field<true, bigint>({
  keep: () => 1n,
  read: () => true,
  tell: same,
  schema: { type: "boolean" },
});

/** Truth values are kept as 0 and 1: SQLite has none of its own. */
export const flag = field<boolean, bigint>({
  keep: (value) => (value ? 1n : 0n),
  read: (column) => column === 1n,
  tell: same,
  schema: { type: "boolean" },
});

/** Kept as they are; never told by themselves. */
export const bytes = field<Uint8Array, Uint8Array>({
  keep: same,
  read: same,
  pack: null,
  tell: same,
  schema: {},
});

/** What one column cannot hold: it is put together from its row, and told by other fields. */
export const assembled = <Value, Row>(
  assemble: (row: Row, numbers: Numbering) => Value,
): Field<Value, never> =>
  new Field<Value, never>({ ...settings, ...unkept<Value>({}), isTold: false, assemble });

/** What is told as `tell` has it and `schema` describes, and is not kept. */
export const told = <Value>(schema: Schema, tell: (value: Value) => unknown = same): Field<Value, never> =>
  new Field<Value, never>({ ...settings, ...unkept<Value>(schema, tell) });

/** What has rows of its own, and is told by itself. */
export const readBeside = <Value>(): Field<Value, never> => told<Value>({}).beside.untold;

/** What is kept in columns of the same row, as it is described itself, and read beside. Without it nothing is stored. */
export const within = <Value>(
  part: KeptWithin & { parametersOf(part: Value, numbers: Numbering): unknown[] },
): Field<Value | null, never> =>
  new Field<Value | null, never>({
    ...settings,
    ...unkept<Value>({}),
    isTold: false,
    isBeside: true,
    within: {
      ...part,
      parametersOf: (own: Value | null, numbers: Numbering) => {
        if (own === null) throw new Error("Of what nothing is known, nothing can be stored.");
        return part.parametersOf(own, numbers);
      },
    },
  });

const unkept = <Value>(schema: Schema, tell: (value: Value) => unknown = same) => ({
  keep: same,
  read: same,
  pack: null,
  unpack: same,
  tell,
  schema,
  isKept: false,
});

/** How something is kept among others, within JSON. */
export interface Packing<Value> {
  pack(value: Value): unknown;
  unpack(packed: never): Value;
}

/** Something else that is described, within this. */
export const object = <Value>(
  described: Tellable<Value> | (Tellable<Value> & Packing<Value>),
): Field<Value, never> =>
  new Field<Value, never>({
    ...settings,
    ...unkept<Value>({ [describedBy]: described }, (value) => described.toJson(value)),
    ...("pack" in described ? packing(described) : {}),
  });

/** Something that is described and kept in this, and not told by itself. */
export const kept = <Value>(part: Packing<Value>): Field<Value, never> =>
  new Field<Value, never>({ ...settings, ...unkept<Value>({}), ...packing(part), isTold: false });

/** The same, or in its place one word. */
export const keptOr = <Value extends object, Word extends string>(
  { pack, unpack }: Packing<Value>,
  word: Word,
): Field<Value | Word, never> =>
  kept<Value | Word>({
    pack: (value) => (typeof value === "string" ? value : pack(value)),
    unpack: (packed: unknown) => (packed === word ? word : unpack(packed as never)),
  });

/** Values of one kind by names that are not ours. */
export const byName = <Value>(part: Packing<Value>): Field<Readonly<Record<string, Value>>, string> => {
  const pack = (all: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, part.pack(value)]));
  const unpack = (all: Readonly<Record<string, never>>) =>
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, part.unpack(value)]));
  return field<Readonly<Record<string, Value>>, string, Readonly<Record<string, unknown>>>({
    keep: (all) => JSON.stringify(pack(all)),
    read: (text) => unpack(JSON.parse(text)),
    pack,
    unpack: (all) => unpack(all as Readonly<Record<string, never>>),
    tell: same,
    schema: {},
  });
};

const packing = <Value>({ pack, unpack }: Packing<Value>) => ({ pack, unpack });

export const list = <Item>({ of }: Field<Item, unknown>): Field<readonly Item[], never> => {
  const { pack, unpack, tell } = of as unknown as {
    readonly pack: ((item: Item) => unknown) | null;
    readonly unpack: (packed: unknown) => Item;
    readonly tell: (item: Item) => unknown;
  };
  return new Field<readonly Item[], never>({
    ...settings,
    ...unkept<readonly Item[]>({ type: "array", items: of.schema }, (items) => items.map(tell)),
    pack: pack && ((items: readonly Item[]) => items.map(pack)),
    unpack: (items: readonly unknown[]) => items.map(unpack),
  });
};

/** What JSON has as it is. */
export const asJson = <Value>(
  schema: Schema = {},
  tell: (value: Value) => unknown = same,
): Field<Value, string> =>
  field<Value, string>({
    keep: (value) => JSON.stringify(value),
    read: (text) => JSON.parse(text) as Value,
    tell,
    schema,
  });

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
    pack: null,
    tell: how.tell ?? same,
    schema,
  });
