import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";
import type { Work } from "./unit-of-work.ts";

/** The database as it was at one moment, for as long as it is read: other processes write meanwhile, and are not seen. */
export interface Snapshot {
  /** For queries only. */
  readonly read: Kysely<Database>;
  /** What a work would decide on the books of that moment: nothing is locked, and nothing stored. */
  decide<Result>(work: Work<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** What an engine gives of it. */
export type OpenSnapshot = Omit<Snapshot, "decide">;
