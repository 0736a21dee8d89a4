import { migrations } from "../migrations/all.ts";

/** As every engine makes it, before the first migration. */
export const migrationColumns = ["name", "applied_at"] as const;

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
