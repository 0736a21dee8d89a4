import { migrations } from "./migrations/all.ts";

/** As every engine makes it, before the first migration. */
export const migrationColumns = ["name", "applied_at"] as const;

const create = /^create table (\w+) \(([\s\S]*)\)[^)]*$/;
const add = /^alter table (\w+) add column (\w+)/;
const drop = /^alter table (\w+) drop column (\w+)/;
/** What begins a line of a table and is no column. */
const constraints = new Set(["primary", "unique", "check", "foreign", "constraint"]);

/**
 * The columns that this version knows of each table, in the order in which its migrations make them: read from the migrations,
 * so that a column is named in one place. The database may have more, which a newer version added.
 */
export const knownColumns: ReadonlyMap<string, readonly string[]> = readColumns();

export function isKnownColumn(table: string, column: string): boolean {
  return knownColumns.get(table)?.includes(column) ?? false;
}

function readColumns(): Map<string, readonly string[]> {
  const tables = new Map<string, readonly string[]>([["migrations", migrationColumns]]);
  for (const statement of migrations.flatMap(({ statements }) => statements)) {
    const [, created, body = ""] = create.exec(statement) ?? [];
    if (created !== undefined) tables.set(created, columnsIn(body));
    const [, widened = "", added] = add.exec(statement) ?? [];
    if (added !== undefined) tables.set(widened, [...(tables.get(widened) ?? []), added]);
    const [, narrowed = "", dropped] = drop.exec(statement) ?? [];
    if (dropped !== undefined)
      tables.set(
        narrowed,
        (tables.get(narrowed) ?? []).filter((column) => column !== dropped),
      );
  }
  return tables;
}

/** The first word of whatever stands between commas, those within brackets not counted. */
function columnsIn(body: string): string[] {
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
  return parts.flatMap((text) => /^\s*(\w+)/.exec(text)?.[1] ?? []).filter((word) => !constraints.has(word));
}
