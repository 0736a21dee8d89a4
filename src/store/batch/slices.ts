import { setImmediate, setTimeout } from "node:timers/promises";
import type { SliceTerms } from "../engine/transaction.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Snapshots one after the other, each open for a short time only. A long one would keep SQLite from reusing its write-ahead
 * log, and PostgreSQL from clearing away what was replaced; a database in memory has one connection, which nobody may keep.
 */
export class Slices {
  readonly #terms: Omit<SliceTerms, "open">;
  readonly #open: () => Promise<Snapshot>;
  #current: { readonly snapshot: Snapshot; readonly until: number } | undefined;

  constructor(terms: Omit<SliceTerms, "open">, open: () => Promise<Snapshot>) {
    this.#terms = terms;
    this.#open = open;
  }

  /** The snapshot that is open, or the next one once its time is over. */
  async current(): Promise<Snapshot> {
    // Reading SQLite gives way to nobody by itself.
    await setImmediate();
    if (this.#current !== undefined && performance.now() < this.#current.until) return this.#current.snapshot;
    if (this.#current !== undefined) {
      await this.close();
      await setTimeout(this.#terms.pauseMilliseconds);
    }
    const snapshot = await this.#open();
    this.#current = { snapshot, until: performance.now() + this.#terms.milliseconds };
    return snapshot;
  }

  /** Ends the one that is open, also before its time. */
  async close(): Promise<void> {
    const open = this.#current;
    this.#current = undefined;
    await open?.snapshot.close();
  }
}
