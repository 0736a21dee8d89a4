import {
  AliasNode,
  CompiledQuery,
  IdentifierNode,
  type Kysely,
  type OperationNode,
  PostgresQueryCompiler,
  RawNode,
  ReferenceNode,
  SelectAllNode,
  SelectionNode,
  type SelectQueryNode,
  SqliteQueryCompiler,
  TableNode,
} from "kysely";
import { migrations } from "../migrations/all.ts";
import type { Database } from "../schema.ts";

/** Truth values are stored as 0 and 1: SQLite has none of its own. */
export const toFlag = (value: boolean): bigint => (value ? 1n : 0n);
export const fromFlag = (flag: bigint): boolean => flag === 1n;

/** As every engine makes it, before the first migration. */
const migrationColumns = ["name", "applied_at"] as const;

const create = /^create table (\w+) \(([\s\S]*)\)[^)]*$/;
const add = /^alter table (\w+) add column (\w+) (\w+)/;
const drop = /^alter table (\w+) drop column (\w+)/;
/** What begins a line of a table and is no column. */
const constraints = new Set(["primary", "unique", "check", "foreign", "constraint"]);

/**
 * The columns that this version knows of each table, in the order in which its migrations make them: read from the migrations,
 * so that a column is named in one place. The database may have more, which a newer version added.
 */
const typed: ReadonlyMap<string, ReadonlyMap<string, string>> = readColumns();

export const knownColumns: ReadonlyMap<string, readonly string[]> = new Map(
  [...typed].map(([table, columns]) => [table, [...columns.keys()]]),
);

/** In the migrations' words: `integer`, `text`, `key_text` or `bytes`. */
export function columnType(table: string, column: string): string {
  const type = typed.get(table)?.get(column);
  if (type === undefined) throw new Error(`${table} has no column ${column}.`);
  return type;
}

export function isKnownColumn(table: string, column: string): boolean {
  return knownColumns.get(table)?.includes(column) ?? false;
}

function readColumns(): Map<string, Map<string, string>> {
  const ofMigrations = new Map<string, string>(migrationColumns.map((column) => [column, ""]));
  const tables = new Map([["migrations", ofMigrations]]);
  for (const statement of migrations.flatMap(({ statements }) => statements)) {
    const [, created, body = ""] = create.exec(statement) ?? [];
    if (created !== undefined) tables.set(created, columnsIn(body));
    const [, widened = "", added = "", type = ""] = add.exec(statement) ?? [];
    tables.get(widened)?.set(added, type);
    const [, narrowed = "", dropped = ""] = drop.exec(statement) ?? [];
    tables.get(narrowed)?.delete(dropped);
  }
  return tables;
}

/** The first two words of whatever stands between commas, those within brackets not counted. */
function columnsIn(body: string): Map<string, string> {
  let depth = 0;
  let part = "";
  const parts: string[] = [];
  for (const character of `${body},`) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  const words = parts.map((text) => /^\s*(\w+) (\w+)/.exec(text) ?? []);
  const columns = words.map(([, column = "", type = ""]) => [column, type] as const);
  return new Map(columns.filter(([column]) => column !== "" && !constraints.has(column)));
}

/**
 * `selectAll` means all columns that this version knows, each by its name. `select *` would mean other rows as soon as a newer
 * version, beside which this one still runs, adds a column: PostgreSQL refuses what was prepared before.
 */
export class NamingSqliteCompiler extends SqliteQueryCompiler {
  protected override visitSelectQuery(node: SelectQueryNode): void {
    super.visitSelectQuery(withNamedColumns(node));
  }
}

/** {@link NamingSqliteCompiler} */
export class NamingPostgresCompiler extends PostgresQueryCompiler {
  protected override visitSelectQuery(node: SelectQueryNode): void {
    super.visitSelectQuery(withNamedColumns(node));
  }
}

function withNamedColumns(node: SelectQueryNode): SelectQueryNode {
  const { selections } = node;
  if (selections === undefined || !selections.some(isOfAll)) return node;
  const sources = sourcesOf(node);
  return { ...node, selections: selections.map((selection) => named(selection, sources)) };
}

function isOfAll({ selection }: SelectionNode): boolean {
  return SelectAllNode.is(selection) || (ReferenceNode.is(selection) && SelectAllNode.is(selection.column));
}

/** What a query reads from: the names it has there, and those of the tables; `undefined` is a query of its own. */
type Sources = ReadonlyMap<string, string | undefined>;

function sourcesOf({ from, joins = [] }: SelectQueryNode): Sources {
  const nodes = [...(from?.froms ?? []), ...joins.map(({ table }) => table)];
  return new Map(
    nodes.map((node) => [nameOf(node), AliasNode.is(node) ? tableIn(node.node) : tableIn(node)]),
  );
}

function nameOf(node: OperationNode): string {
  if (!AliasNode.is(node)) return tableIn(node) ?? "";
  return IdentifierNode.is(node.alias) ? node.alias.name : "";
}

function tableIn(node: OperationNode): string | undefined {
  return TableNode.is(node) ? node.table.identifier.name : undefined;
}

/** The columns that a selection stands for; itself, where it is no table of ours. */
function named(selection: SelectionNode, sources: Sources): SelectionNode {
  if (!isOfAll(selection)) return selection;
  const { selection: selected } = selection;
  const names = SelectAllNode.is(selected)
    ? [...sources.keys()]
    : [nameOf((selected as ReferenceNode).table as TableNode)];
  const lists = names.map((name) => columnList(name, sources.get(name) ?? ""));
  if (lists.some((list) => list === undefined)) return selection;
  // Its type has references alone; what compiles it writes down whatever stands here.
  const list = RawNode.createWithSql(lists.join(", ")) as unknown as SelectAllNode;
  return SelectionNode.create(list);
}

const columnLists = new Map<string, string>();

/** In SQL, as both engines have it, each column of a table by the name that the table has in a query; written down once. */
function columnList(name: string, table: string): string | undefined {
  const key = `${name} ${table}`;
  const known = columnLists.get(key);
  if (known !== undefined) return known;
  const list = knownColumns
    .get(table)
    ?.map((column) => `"${name}"."${column}"`)
    .join(", ");
  if (list !== undefined) columnLists.set(key, list);
  return list;
}

/** Of a statement that is compiled already. */
export async function firstRow<Row>(
  db: Kysely<Database>,
  sql: string,
  parameters: readonly unknown[],
): Promise<Row | undefined> {
  const query = CompiledQuery.raw(sql, [...parameters]) as CompiledQuery<Row>;
  return (await db.executeQuery(query)).rows[0];
}

/**
 * Where in the text of a balance row's fact, a list of values, the database itself reads what the row says: as the description
 * of facts has it (`inbox/nouns/fact.ts`).
 */
const placesOfRow: Readonly<Record<string, number>> = {
  ref: 0,
  currency: 1,
  gross: 2,
  fee: 3,
  net: 4,
  createdAt: 6,
};
const placeOfRow = 5;

/** From the outermost list inwards. */
export function placesOfRowWord(name: string): readonly number[] {
  const place = placesOfRow[name];
  if (place === undefined) throw new Error(`The database reads no ${name} of a balance row.`);
  return [placeOfRow, place];
}
