import type { OpenSnapshot } from "../engine/transaction.ts";
import type { Work } from "./unit-of-work.ts";

/** One moment of the database, on which works can be decided, too. */
export interface Snapshot extends OpenSnapshot {
  /** What a work would decide on the books of that moment: nothing is locked, and nothing stored. */
  decide<Result>(work: Work<Result>): Promise<Result>;
}
