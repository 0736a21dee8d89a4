import { sql } from "kysely";
import type { Engine, EngineName } from "./engine.ts";

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
