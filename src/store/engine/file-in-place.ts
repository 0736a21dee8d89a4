import { statSync } from "node:fs";

/** The file was deleted or replaced while it was open: what is written now goes with the process that writes it. */
export class DatabaseMoved extends Error {
  readonly code = "database_moved";
  constructor(path: string) {
    super(`${path} is no longer the file that was opened. Put it back, or start again.`);
  }
}

/**
 * Notices that an open database's files are not in their places any more. SQLite goes on writing to a file that has no name
 * and says that all is well, so an event would be acknowledged and then be gone. Costs a few microseconds.
 */
export class FileInPlace {
  readonly #path: string;
  readonly #opened: string | undefined;
  #log: string | undefined;

  /** Call it when the database has been opened: the file that is there now is the right one. */
  constructor(path: string) {
    this.#path = path;
    this.#opened = identityOf(path);
  }

  /** @throws DatabaseMoved */
  check(): void {
    if (identityOf(this.#path) !== this.#opened) throw new DatabaseMoved(this.#path);
    const path = `${this.#path}-wal`;
    const log = identityOf(path);
    // It appears with the first transaction, and stays for as long as anybody has the database open.
    this.#log ??= log;
    if (log !== this.#log) throw new DatabaseMoved(path);
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
