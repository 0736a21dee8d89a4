import { sql } from "kysely";
import type { Engine, EngineName } from "./engine.ts";

/** Of one process to PostgreSQL: with fewer there would be none left to read with. */
export const leastConnections = 6;

export const usualConnections = 16;

/** Of them a thread that makes pages has: two for as many pages at once, and one for what it reads apart from them. */
export const pagesConnections = { looking: 2, reading: 1 } as const;

/** How many are left to the rest of the process, where a thread makes pages; `null`: too few, so that it had better make them itself. */
export function besidePages(connections: number | null): number | null {
  const left = (connections ?? usualConnections) - pagesConnections.looking - pagesConnections.reading;
  return left < leastConnections ? null : left;
}

/** What decides whether an acknowledged event survives a crash, and what else a person asks first. */
const asked: Readonly<Record<EngineName, Readonly<Record<string, string>>>> = {
  sqlite: {
    version: "select sqlite_version()",
    journal_mode: "pragma journal_mode",
    synchronous: "pragma synchronous",
  },
  postgres: {
    version: "show server_version",
    synchronous_commit: "show synchronous_commit",
    fsync: "show fsync",
  },
};

const synchronousLevels = ["off", "normal", "full", "extra"];

/** The engine's own words about itself, asked on the connection that writes. */
export async function engineSettings(engine: Engine): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  for (const [name, statement] of Object.entries(asked[engine.name])) {
    const { rows } = await sql.raw<Record<string, unknown>>(statement).execute(engine.writer);
    const [value] = Object.values(rows[0] ?? {});
    settings[name] = name === "synchronous" ? (synchronousLevels[Number(value)] ?? "") : String(value);
  }
  return settings;
}

const shownDamages = 20;

/**
 * What of the file cannot be right: pages that are damaged, rows that are no rows, indexes that miss some. PostgreSQL has no such
 * question. That the end of a write-ahead log is missing nobody can see: it reads as if nothing had been written after it.
 */
export async function damageOf(engine: Engine): Promise<readonly string[]> {
  if (engine.name !== "sqlite") return [];
  try {
    const { rows } = await sql
      .raw<{ quick_check: string }>(`pragma quick_check(${shownDamages})`)
      .execute(engine.reader);
    return rows.map((row) => row.quick_check).filter((line) => line !== "ok");
  } catch (error) {
    if (engine.faultOf(error).of !== "part") throw error;
    return [String((error as { message?: unknown }).message)];
  }
}
