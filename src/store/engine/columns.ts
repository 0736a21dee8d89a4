import {
  AliasNode,
  ColumnNode,
  CompiledQuery,
  IdentifierNode,
  type Kysely,
  type KyselyPlugin,
  type OperationNode,
  OperationNodeTransformer,
  type QueryId,
  ReferenceNode,
  SelectAllNode,
  SelectionNode,
  type SelectQueryNode,
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
export const namedColumns: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => naming.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
};

class NamingTransformer extends OperationNodeTransformer {
  protected override transformSelectQuery(node: SelectQueryNode, queryId?: QueryId): SelectQueryNode {
    const transformed = super.transformSelectQuery(node, queryId);
    const { selections } = transformed;
    if (selections === undefined) return transformed;
    const sources = sourcesOf(transformed);
    return { ...transformed, selections: selections.flatMap((selection) => named(selection, sources)) };
  }
}

const naming = new NamingTransformer();

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
function named(selection: SelectionNode, sources: Sources): readonly SelectionNode[] {
  const { selection: selected } = selection;
  const isAll = SelectAllNode.is(selected);
  if (!isAll && !(ReferenceNode.is(selected) && SelectAllNode.is(selected.column))) return [selection];
  const names = isAll ? [...sources.keys()] : [nameOf((selected as ReferenceNode).table as TableNode)];
  const columns = names.map((name) => ({ name, columns: knownColumns.get(sources.get(name) ?? "") }));
  if (columns.some((source) => source.columns === undefined)) return [selection];
  return columns.flatMap(({ name, columns = [] }) =>
    columns.map((column) =>
      SelectionNode.create(ReferenceNode.create(ColumnNode.create(column), TableNode.create(name))),
    ),
  );
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
