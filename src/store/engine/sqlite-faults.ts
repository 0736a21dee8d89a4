import { isKnownColumn } from "./columns.ts";
import { errorCode, type Fault, type Faults, faultNamed, ofTheWork } from "./faults.ts";

/**
 * SQLite's result codes, the longer ones by their beginnings (`SQLITE_BUSY_SNAPSHOT` is a `SQLITE_BUSY`), and our own of a file
 * that is not in its place. What is not listed is the work's own: a constraint, a value that does not fit.
 */
const faults: Faults = {
  SQLITE_BUSY: { is: "another process holds the file", of: "database", again: true },
  SQLITE_LOCKED: { is: "another connection holds a table", of: "database", again: true },
  SQLITE_PROTOCOL: { is: "a race for the write-ahead log's locks", of: "database", again: true },
  SQLITE_SCHEMA: { is: "another process changed the schema meanwhile", of: "database", again: true },
  SQLITE_CONSTRAINT_PRIMARYKEY: { is: "another process stored the row first", of: "work", again: true },
  SQLITE_CONSTRAINT_UNIQUE: { is: "another process stored the row first", of: "work", again: true },
  SQLITE_FULL: { is: "the disk is full", of: "database", refusesWrites: true },
  SQLITE_IOERR: {
    is: "the disk, or what it is mounted from, is broken",
    of: "database",
    refusesWrites: true,
  },
  SQLITE_READONLY: { is: "the file must not be written", of: "database", refusesWrites: true },
  SQLITE_PERM: { is: "the file must not be opened", of: "database" },
  SQLITE_AUTH: { is: "not allowed", of: "database" },
  SQLITE_CANTOPEN: { is: "the file cannot be opened", of: "database" },
  SQLITE_NOTADB: { is: "the file is no database", of: "database" },
  SQLITE_NOMEM: { is: "no memory", of: "database" },
  SQLITE_NOLFS: { is: "the file system takes no larger file", of: "database", refusesWrites: true },
  SQLITE_CORRUPT: { is: "a page is damaged", of: "part" },
  database_moved: { is: "the file was deleted or replaced", of: "database" },
  schema_differs: { is: "another version changed a table", of: "part" },
};

const schemaWords = /^(?:no such (?:table|column)|table \w+ has no column named)/;
const notNullWords = /^NOT NULL constraint failed: (\w+)\.(\w+)/;

export function sqliteFault(error: unknown): Fault {
  const code = errorCode(error);
  if (code === undefined) return ofTheWork;
  return faultNamed(faults, isOfSchema(code, error) ? "schema_differs" : code);
}

function isOfSchema(code: string, error: unknown): boolean {
  const message = String((error as { message?: unknown }).message);
  if (code === "SQLITE_ERROR") return schemaWords.test(message);
  const [, table, column] = notNullWords.exec(message) ?? [];
  return table !== undefined && column !== undefined && !isKnownColumn(table, column);
}
