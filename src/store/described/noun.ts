import {
  Computed,
  computed,
  describedBy,
  type Field,
  type Numbering,
  type Packing,
  rest,
  type Schema,
  type Tellable,
} from "./field.ts";
import { wordsFor } from "./words.ts";

// biome-ignore lint/suspicious/noExplicitAny: a field of whatever value and column.
type AnyField = Field<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: it follows from its noun, as whatever it is kept.
type ComputedOf<Noun> = Computed<Noun, any, any>;

/** A field for each of the noun's own; what is superfluous follows from the noun. */
type Complete<Noun> = {
  readonly [Key in keyof Noun]-?: Field<NonNullable<Noun[Key]> | Extract<Noun[Key], null>, unknown>;
};
type NoMore<Noun, Whole, Fields> = {
  readonly [Key in keyof Fields]: Key extends keyof Noun ? AnyField : ComputedOf<Noun> | ComputedOf<Whole>;
};

export type SnakeCase<Text extends string> = Text extends `${infer First}${infer Rest}`
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

/** How a noun is kept. */
export interface Kept<Noun> {
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
  /** The same of a few of its fields, where many rows are read for them: the row needs no other columns. */
  someOf<Key extends keyof Noun & string>(keys: readonly Key[]): (row: object) => Pick<Noun, Key>;
  /** How only these of its columns are kept: of a row that has the others as its table begins them. */
  only(columns: readonly string[]): Pick<Kept<Noun>, "columns" | "fixedColumns" | "parametersOf">;
  /** Some columns of its row, of a noun of which only what they hold is known: for changing no others. */
  valuesOf<Column extends string>(columns: readonly Column[], noun: Partial<Noun>): Record<Column, never>;
}

/**
 * One noun, said once: of its fields follow its row, its JSON, its files' columns and what the API's description says of it.
 * Told is the noun, or a whole of which it is a part.
 */
export interface Described<Noun, Fields, Whole = Noun> extends Kept<Noun>, Tellable<Whole> {
  readonly fields: Fields;
}

type From<Noun> = <Value, Column>(
  field: Field<Value, Column>,
  get: (noun: Noun) => Value,
) => Computed<Noun, Value, Column>;

/** What follows from the whole that is told is not kept. */
const computedOfWhole = <Whole, Value>(
  field: Field<Value, unknown>,
  get: (whole: Whole) => Value,
): Computed<Whole, Value, never> =>
  new Computed({ ...field.of, isKept: false, place: null, isOfTold: true, get });

type FromWhole<Whole> = <Value>(
  field: Field<Value, unknown>,
  get: (whole: Whole) => Value,
) => Computed<Whole, Value, never>;

/**
 * Describes a noun; its fields stand in the order in which the API tells them. Where it is told as a part of a whole,
 * `nounIn` finds it there.
 */
export function described<Noun extends object, Whole extends object = Noun>(
  nounIn: (whole: Whole) => Noun = (whole) => whole as unknown as Noun,
) {
  return <const Fields extends Complete<Noun> & Record<string, AnyField>>(
    name: string,
    about: string,
    say: (from: From<Noun>, fromWhole: FromWhole<Whole>) => Fields & NoMore<Noun, Whole, Fields>,
  ): Described<Noun, Fields, Whole> => {
    const fields = say(computed, computedOfWhole);
    const all = Object.entries<AnyField>(fields).map(([key, field]) => partsOf(key, field));
    const told = all.filter(({ field }) => field.of.isTold);
    return {
      name,
      fields,
      ...keptAs<Noun>(all),
      toJson: jsonOf(toldOfWhole(told, nounIn)),
      schema: objectSchema(name, about, told),
    };
  };
}

type Parts = ReturnType<typeof partsOf>;

function toldOfWhole<Noun, Whole>(told: readonly Parts[], nounIn: (whole: Whole) => Noun): Parts[] {
  return told.map((part) =>
    part.field.of.isOfTold
      ? part
      : { ...part, valueIn: (whole: object) => part.valueIn(nounIn(whole as Whole) as object) },
  );
}

function keptAs<Noun>(all: readonly Parts[]): Kept<Noun> {
  const kept = all.filter(({ field }) => field.of.isKept);
  const inlined = all.flatMap(({ field: { of }, valueIn }) => (of.within ? [{ ...of.within, valueIn }] : []));
  const read = all.filter(({ field: { of } }) => of.get === null && !of.isBeside && of.place === null);
  const places = placesOf(all);
  const write = restOf(places);
  const reading = (own: typeof read, placed: typeof places) => {
    return (row: object, numbers: Numbering, noun: Record<string, unknown>) => {
      for (const { key, readFrom } of own) noun[key] ??= readFrom(row as Row, numbers);
      if (placed.length > 0) {
        const packed = JSON.parse((row as Row).rest as string) as unknown[];
        for (const { place, key, unpack } of placed) {
          const value = packed[place] ?? null;
          noun[key] = value === null ? null : unpack(value);
        }
      }
      return noun;
    };
  };
  const readAll = reading(read, places);
  const toParameter = kept.map(({ field, keep, valueIn }) =>
    field === (rest as AnyField)
      ? (noun: object) => write(noun)
      : (noun: object, numbers: Numbering) => keep(valueIn(noun), numbers),
  );
  const byColumn = new Map(kept.map(({ column }, index) => [column, toParameter[index]]));
  return {
    columns: [...kept.map(({ column }) => column), ...inlined.flatMap(({ columns }) => columns)],
    fixedColumns: [
      ...kept.filter(({ field }) => field.of.isFixed).map(({ column }) => column),
      ...inlined.flatMap(({ fixedColumns }) => fixedColumns),
    ],
    parametersOf: (noun, numbers) => {
      const parameters = toParameter.map((parameterOf) => parameterOf(noun as object, numbers));
      for (const { valueIn, parametersOf } of inlined)
        parameters.push(...parametersOf(valueIn(noun as object) as never, numbers));
      return parameters;
    },
    nounOf: (row, beside = {}, numbers = allJoined) => readAll(row, numbers, { ...beside }) as Noun,
    someOf: (keys) => {
      const isAsked = ({ key }: Parts) => (keys as readonly string[]).includes(key);
      const readSome = reading(read.filter(isAsked), places.filter(isAsked));
      return (row) => readSome(row, allJoined, {}) as never;
    },
    only: (columns) => {
      const own = columns.map((column) => byColumn.get(column)).filter((one) => one !== undefined);
      return {
        columns,
        fixedColumns: columns,
        parametersOf: (noun, numbers) => own.map((parameterOf) => parameterOf(noun as object, numbers)),
      };
    },
    valuesOf: (columns, noun) =>
      Object.fromEntries(columns.map((column) => [column, byColumn.get(column)?.(noun, allJoined)])) as never,
  };
}

interface Placed extends Parts {
  readonly place: number;
}

/** In the order of their places, of which none is left out or given twice. */
function placesOf(all: readonly Parts[]): Placed[] {
  const places = all.flatMap((part) =>
    part.field.of.place === null ? [] : { ...part, place: part.field.of.place },
  );
  places.sort((a, b) => a.place - b.place);
  if (places.some(({ place }, index) => place !== index)) throw new Error("Places are counted from 0.");
  if (places.length > 0 && !all.some(({ field, key }) => field === (rest as AnyField) && key === "rest"))
    throw new Error("There is no rest to have a place in.");
  return places;
}

const restOf = (places: readonly Placed[]) => (noun: object) =>
  JSON.stringify(places.map(({ pack, valueIn }) => packedOr(pack, valueIn(noun))));

const packedOr = (pack: (value: unknown) => unknown, value: unknown): unknown =>
  value === null || value === undefined ? null : pack(value);

/**
 * Describes what is kept among others as a list of values, in the order of its fields; what is added comes last, and is
 * nullable. It may be told as a part of a whole, as nouns may.
 */
export function part<Value extends object, Whole extends object = Value>(
  valueIn: (whole: Whole) => Value = (whole) => whole as unknown as Value,
) {
  return <const Fields extends Complete<Value> & Record<string, AnyField>>(
    name: string,
    about: string,
    say: (fromWhole: FromWhole<Whole>) => Fields & NoMore<Value, Whole, Fields>,
  ): KeptPart<Value, Fields, Whole> => {
    const fields = say(computedOfWhole);
    const all = Object.entries<AnyField>(fields).map(([key, field]) => partsOf(key, field));
    const told = all.filter(({ field }) => field.of.isTold);
    const own = all.filter(({ field }) => field.of.get === null);
    const unpackable = own.find(({ field }) => field.of.pack === null);
    if (unpackable !== undefined) throw new Error(`${unpackable.key} cannot be kept among others.`);
    return {
      name,
      fields,
      schema: objectSchema(name, about, told),
      toJson: jsonOf(toldOfWhole(told, valueIn)),
      pack: (value) => own.map(({ pack, valueIn }) => packedOr(pack, valueIn(value))),
      unpack: (packed: readonly unknown[]) => {
        const value: Record<string, unknown> = {};
        own.forEach(({ key, isOptional, unpack }, place) => {
          const packedValue = packed[place] ?? null;
          if (packedValue !== null) value[key] = unpack(packedValue);
          else if (!isOptional) value[key] = null;
        });
        return value as Value;
      },
    };
  };
}

/** What is kept among others, said once. */
export interface KeptPart<Value, Fields, Whole = Value> extends Tellable<Whole>, Packing<Value> {
  readonly fields: Fields;
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
    return { name, schema: objectSchema(name, about, told), toJson: jsonOf(told) };
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
  const assemble = of.assemble as ((row: Row, numbers: Numbering) => unknown) | null;
  return {
    key,
    field,
    column,
    name: of.name ?? snake,
    isOptional: of.isOptional,
    keep: of.keep as (value: unknown, numbers: Numbering) => unknown,
    pack: of.pack as (value: unknown) => unknown,
    unpack: of.unpack as (packed: unknown) => unknown,
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
    "",
    about,
    Object.entries<AnyField>(fields).map(([key, field]) => partsOf(key, field)),
  );
}

function objectSchema(
  noun: string,
  about: string,
  told: readonly { readonly name: string; readonly field: AnyField }[],
): Schema {
  return {
    type: "object",
    description: about,
    required: told.filter(({ field }) => !field.of.isOptional).map(({ name }) => name),
    properties: Object.fromEntries(
      told.map(({ name, field }) => [name, inWords(noun, name, field.of.schema)]),
    ),
  };
}

/** With what is said of such a field anywhere, where nothing is said of it here. */
function inWords(noun: string, name: string, schema: Schema): Schema {
  const description = schema.description ?? wordsFor(noun, name);
  return description === undefined ? schema : { ...schema, description };
}
