import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** The database as it was at one moment, for as long as it is read: other processes write meanwhile, and are not seen. */
export interface Snapshot {
  /** For queries only. */
  readonly read: Kysely<Database>;
  close(): Promise<void>;
}
