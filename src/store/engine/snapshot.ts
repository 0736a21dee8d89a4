import type { Kysely } from "kysely";
import type { Database } from "../schema.ts";

/** The database as it was at one moment, for as long as it is read: other processes write meanwhile, and are not seen. */
export interface OpenSnapshot {
  /** For queries only. */
  readonly read: Kysely<Database>;
  close(): Promise<void>;
}

/** What an engine says of slices. */
export interface SliceTerms {
  /** For how long one may be looked at. */
  readonly milliseconds: number;
  /** For how long the others have the database to themselves before the next. */
  readonly pauseMilliseconds: number;
  open(): Promise<OpenSnapshot>;
}
