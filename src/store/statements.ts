import { type Compilable, CompiledQuery, type Insertable, type Transaction } from "kysely";
import type { Numbering } from "./described/field.ts";
import type { Described } from "./described/noun.ts";
import type { Engine } from "./engine.ts";
import type { Database } from "./schema.ts";

/** The transaction of a batch. */
export interface Session {
  readonly engine: Engine;
  readonly trx: Transaction<Database>;
}

/**
 * A statement for many rows is compiled once for each of these sizes: compiling it again for every batch would cost more
 * than running it. A longer list is cut into pieces.
 */
const sizes = [64, 16, 4, 1] as const;

export type InsertRows<Table extends keyof Database> = (
  session: Session,
  rows: readonly Insertable<Database[Table]>[],
) => Promise<void>;

export type InsertNouns<Noun> = (
  session: Session,
  numbers: Numbering,
  nouns: readonly Noun[],
) => Promise<void>;

/** What happens to a row whose key is there already: it gets the new values in all columns that `keep` does not name. */
interface Replace<Table extends keyof Database> {
  readonly key: Columns<Table>;
  readonly keep: readonly (keyof Database[Table] & string)[];
}
type Columns<Table extends keyof Database> =
  | (keyof Database[Table] & string)
  | readonly (keyof Database[Table] & string)[];

/**
 * Inserts rows of one table. A row that is there already is an error, which means that another process was first; with
 * `replace`, it is changed.
 */
export function insertRows<Table extends keyof Database>(
  table: Table,
  replace?: Replace<Table>,
): InsertRows<Table> {
  const insert = insertParameters(table, replace);
  return async (session, rows) => {
    const first = rows[0];
    if (first === undefined) return;
    const columns = Object.keys(first);
    await insert(
      session,
      columns,
      rows.map((row) => columns.map((column) => storable(row[column as keyof typeof row]))),
    );
  };
}

/** Inserts nouns as their description keeps them. */
export function insertNouns<Noun, Fields, Table extends keyof Database>(
  table: Table,
  described: Described<Noun, Fields>,
): InsertNouns<Noun> {
  return insertDescribed(described, insertParameters(table));
}

/** Inserts nouns, and gives those that are there already, by their key, what of them can change. */
export function replaceNouns<Noun, Fields, Table extends keyof Database>(
  table: Table,
  described: Described<Noun, Fields>,
  key: Columns<Table>,
): InsertNouns<Noun> {
  const keep = described.fixedColumns as (keyof Database[Table] & string)[];
  return insertDescribed(described, insertParameters(table, { key, keep }));
}

type InsertParameters = (
  session: Session,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
) => Promise<void>;

function insertDescribed<Noun, Fields>(
  described: Described<Noun, Fields>,
  insert: InsertParameters,
): InsertNouns<Noun> {
  return async (session, numbers, nouns) => {
    if (nouns.length === 0) return;
    const rows = nouns.map((noun) => described.parametersOf(noun, numbers).map(storable));
    await insert(session, described.columns, rows);
  };
}

function insertParameters<Table extends keyof Database>(
  table: Table,
  replace?: Replace<Table>,
): InsertParameters {
  const compile = compiledBySize((session, size, columns: readonly string[]) => {
    const row = Object.fromEntries(columns.map((column) => [column, null]));
    const rows = Array.from({ length: size }, () => row) as unknown as Insertable<Database[Table]>[];
    const insert = session.trx.insertInto(table).values(rows as never);
    if (replace === undefined) return insert;
    const key: readonly string[] = [replace.key].flat();
    const kept: readonly string[] = [...key, ...replace.keep];
    const replaced = columns.filter((column) => !kept.includes(column));
    return insert.onConflict((conflict) =>
      conflict
        .columns(key as never)
        .doUpdateSet(
          (has) =>
            Object.fromEntries(
              replaced.map((column) => [column, has.ref(`excluded.${column}` as never)]),
            ) as never,
        ),
    );
  });
  return async (session, columns, rows) => {
    if (session.engine.runForEach !== null) {
      session.engine.runForEach(compile(session, 1, columns), rows);
      return;
    }
    for (const piece of pieces(rows)) {
      const sql = compile(session, piece.length, columns);
      await session.trx.executeQuery(CompiledQuery.raw(sql, piece.flat()));
    }
  };
}

export type SelectByKeys<Key, Row> = (session: Session, keys: Iterable<Key>) => Promise<Row[]>;

/**
 * Reads the rows that belong to a list of keys. `build` makes the query for a list of a given length; the keys must be
 * its only parameters. Keys are sorted, so that rows are locked in one order everywhere; each is asked for once.
 */
export function selectByKeys<Key extends string | bigint, Row>(
  build: (session: Session, keys: readonly Key[]) => Compilable<Row>,
): SelectByKeys<Key, Row> {
  const compile = compiledBySize((session, size, key: Key) => build(session, new Array(size).fill(key)));
  return async (session, keys) => {
    const sorted = [...new Set(keys)].sort(ascending);
    const rows: Row[] = [];
    for (let start = 0; start < sorted.length; start += sizes[0]) {
      const piece = padded(sorted.slice(start, start + sizes[0]));
      const query = CompiledQuery.raw(compile(session, piece.length, piece[0] as Key), piece.map(storable));
      const result = await session.trx.executeQuery<Row>(query as CompiledQuery<Row>);
      rows.push(...result.rows);
    }
    return rows;
  };
}

/** For `sort`: text by code units, as `collate "C"` orders ASCII. */
export function ascending<Key extends string | bigint>(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A NUL or half of a pair of surrogates is legal in a provider's JSON, and no database text: it is stored as the escape
 * that JSON has for it. On both engines, so that they hold the same.
 */
export function storable(value: unknown): unknown {
  if (typeof value !== "string" || (!value.includes("\0") && value.isWellFormed())) return value;
  return value.replaceAll(/\0|\p{Surrogate}/gu, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/**
 * SQL by engine and size; with locks for a batch, without for a snapshot. Both engines live in one process in tests only,
 * but there they do.
 */
function compiledBySize<Shape>(build: (session: Session, size: number, shape: Shape) => Compilable<unknown>) {
  const compiled = new Map<string, string>();
  return (session: Session, size: number, shape: Shape): string => {
    const name = `${session.engine.name} ${size} ${session.engine.rowLock}`;
    const known = compiled.get(name);
    if (known !== undefined) return known;
    const { sql } = build(session, size, shape).compile();
    session.engine.keepPrepared(sql);
    compiled.set(name, sql);
    return sql;
  };
}

/** The list in pieces of the sizes above, the largest first. */
function pieces<Row>(rows: readonly Row[]): Row[][] {
  const cut: Row[][] = [];
  let start = 0;
  for (const size of sizes) {
    for (; rows.length - start >= size; start += size) cut.push(rows.slice(start, start + size));
  }
  return cut;
}

/** The keys, with the last one repeated up to the next size: asking for a key twice finds its rows once. */
function padded<Key>(keys: Key[]): Key[] {
  const size = sizes.findLast((fits) => fits >= keys.length) ?? sizes[0];
  const last = keys.at(-1) as Key;
  while (keys.length < size) keys.push(last);
  return keys;
}
