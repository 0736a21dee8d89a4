import { type Compilable, CompiledQuery, type Insertable, sql, type Transaction } from "kysely";
import type { Numbering } from "../described/field.ts";
import type { Kept } from "../described/noun.ts";
import type { Database } from "../schema.ts";
import { columnType } from "./columns.ts";
import type { Engine } from "./engine.ts";

/** The transaction of a batch. */
export interface Session {
  readonly engine: Engine;
  readonly trx: Transaction<Database>;
  /** Writes that were sent and not waited for, in their order; where there is no such list, each is waited for. */
  readonly sent?: Promise<unknown>[];
}

/**
 * A statement for many rows is compiled once for each of these sizes: compiling it again for every batch would cost more
 * than running it. A longer list is cut into pieces. Where an engine takes arrays, one statement does for all lengths.
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
  const insert = insertParameters(table, { replace });
  return async (session, rows) => {
    const first = rows[0];
    if (first === undefined) return;
    const columns = Object.keys(first);
    await insert(
      session,
      columns,
      rows.map((row) => asStorable(columns.map((column) => row[column as keyof typeof row]))),
    );
  };
}

/** How rows of a noun are written. */
export type Stored<Noun> = Pick<Kept<Noun>, "columns" | "fixedColumns" | "parametersOf">;

/**
 * Inserts nouns as their description keeps them; `narrow` are rows of few columns that come by the hundred, of which SQLite takes
 * many at once in four fifths of the time (measured; of wide ones it does not).
 */
export function insertNouns<Noun, Table extends keyof Database>(
  table: Table,
  described: Stored<Noun>,
  { narrow = false }: { readonly narrow?: boolean } = {},
): InsertNouns<Noun> {
  return insertDescribed(described, insertParameters(table, { atOnce: narrow ? sizes[0] : 1 }));
}

/** Inserts nouns, and gives those that are there already, by their key, what of them can change. */
export function replaceNouns<Noun, Table extends keyof Database>(
  table: Table,
  described: Stored<Noun>,
  key: Columns<Table>,
): InsertNouns<Noun> {
  const keep = described.fixedColumns as (keyof Database[Table] & string)[];
  return insertDescribed(described, insertParameters(table, { replace: { key, keep } }));
}

type InsertParameters = (
  session: Session,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
) => Promise<void>;

function insertDescribed<Noun>(described: Stored<Noun>, insert: InsertParameters): InsertNouns<Noun> {
  return async (session, numbers, nouns) => {
    if (nouns.length === 0) return;
    const rows = nouns.map((noun) => asStorable(described.parametersOf(noun, numbers)));
    await insert(session, described.columns, rows);
  };
}

function insertParameters<Table extends keyof Database>(
  table: Table,
  { replace, atOnce = 1 }: { readonly replace?: Replace<Table> | undefined; readonly atOnce?: number },
): InsertParameters {
  const compile = compiledBySize((session, size, columns: readonly string[]) => {
    const row = Object.fromEntries(columns.map((column) => [column, null]));
    const rows = Array.from({ length: size }, () => row) as unknown as Insertable<Database[Table]>[];
    const into = session.trx.insertInto(table);
    const insert = takesArrays(session, table, columns)
      ? into.columns(columns as never).expression(sql`select * from ${unnested(table, columns)}`)
      : into.values(rows as never);
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
      const { whole, rest } = atOnce === 1 ? { whole: [], rest: rows } : groupsOf(rows, atOnce);
      if (whole.length > 0) session.engine.runForEach(compile(session, atOnce, columns), whole);
      session.engine.runForEach(compile(session, 1, columns), rest);
      return;
    }
    if (takesArrays(session, table, columns)) {
      const arrays = columns.map((_, index) => rows.map((row) => row[index]));
      await send(session, compile(session, 1, columns), arrays);
      return;
    }
    for (const piece of pieces(rows))
      await send(session, compile(session, piece.length, columns), piece.flat());
  };
}

/** The parameters of so many rows each, and the rows that do not make a group full. */
function groupsOf(rows: readonly (readonly unknown[])[], size: number) {
  const whole: unknown[][] = [];
  let start = 0;
  for (; rows.length - start >= size; start += size) whole.push(rows.slice(start, start + size).flat());
  return { whole, rest: rows.slice(start) };
}

/** Bytes within an array would be sent as text, twice as long. */
function takesArrays({ engine }: Session, table: string, columns: readonly string[]): boolean {
  return engine.takesArrays && columns.every((column) => columnType(table, column) !== "bytes");
}

function unnested(table: string, columns: readonly string[]) {
  const arrays = columns.map((column, index) => {
    return `$${index + 1}::${columnType(table, column) === "integer" ? "bigint" : "text"}[]`;
  });
  return sql.raw(`unnest(${arrays.join(", ")})`);
}

/** What was sent fails where the batch ends: see {@link Session.sent}. */
async function send({ trx, sent }: Session, sql: string, parameters: readonly unknown[]): Promise<void> {
  const done = trx.executeQuery(CompiledQuery.raw(sql, [...parameters]));
  if (sent === undefined) return void (await done);
  done.catch(() => {});
  sent.push(done);
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
    const [first] = sorted;
    if (first === undefined) return [];
    const ask = async (size: number, parameters: readonly unknown[]) => {
      const query = CompiledQuery.raw(compile(session, size, first), [...parameters]) as CompiledQuery<Row>;
      return (await session.trx.executeQuery<Row>(query)).rows;
    };
    if (session.engine.takesArrays) return ask(1, [sorted.map(storable)]);
    const rows: Row[] = [];
    for (let start = 0; start < sorted.length; start += sizes[0]) {
      const piece = padded(sorted.slice(start, start + sizes[0]));
      rows.push(...(await ask(piece.length, piece.map(storable))));
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

/** In place: the parameters were made for this row, and a dozen arrays an event are as many less. */
function asStorable(parameters: unknown[]): unknown[] {
  for (let at = 0; at < parameters.length; at++) parameters[at] = storable(parameters[at]);
  return parameters;
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
    const compiledSql = build(session, size, shape).compile().sql;
    const sql = session.engine.takesArrays
      ? compiledSql.replaceAll(/ in \(\$1\)/g, " = any($1)")
      : compiledSql;
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
