import type { Clock } from "../domain/time.ts";
import { Accounts } from "./accounts.ts";
import { runBatch } from "./batch.ts";
import type { Engine } from "./engine.ts";
import { retrying } from "./retry.ts";
import type { Work } from "./unit-of-work.ts";

const largestBatch = 64;

interface Waiting {
  readonly work: Work<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Group commit. Works that arrive while one commit runs are the next batch: one transaction, one sync to disk, and nobody
 * waits for a timer. A promise resolves only after the commit.
 *
 * ```
 * waiting ──► batch of up to 64 ──► commit ──► resolved
 *    ▲              │ fails
 *    │ left over    ▼
 *    └───── one by one, each in its own transaction ──► resolved, or rejected alone
 * ```
 */
export class WriteQueue {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #accounts = new Accounts();
  #waiting: Waiting[] = [];
  #flushing = 0;
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  write<Result>(work: Work<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(new Error("The store is closed."));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Takes no further works, and resolves when those that wait are done. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#flushing === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** After what has arrived by now is read: requests that came together are committed together. */
  #schedule(): void {
    if (this.#scheduled || this.#flushing >= this.#engine.flushers) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0 || this.#flushing >= this.#engine.flushers) return this.#settle();
    this.#flushing += 1;
    const batch = this.#waiting.splice(0, largestBatch);
    if (this.#waiting.length > 0) this.#schedule();
    try {
      await this.#engine.betweenBatches();
      const left = await this.#commit(batch);
      this.#waiting.unshift(...left);
    } finally {
      this.#flushing -= 1;
      this.#settle();
    }
  }

  #settle(): void {
    if (this.#waiting.length > 0) return this.#schedule();
    if (this.#flushing > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Returns what was left for the next batch. */
  async #commit(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    try {
      const results = await this.#run(batch);
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
      return batch.slice(results.length);
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1 && !this.#engine.isRetryable(error)) only?.reject(error);
      else await this.#commitEach(batch);
      return [];
    }
  }

  /** A bad work must not take its neighbours down. */
  async #commitEach(batch: readonly Waiting[]): Promise<void> {
    for (const waiting of batch) {
      try {
        const [result] = await retrying(this.#engine, () => this.#run([waiting]));
        waiting.resolve(result);
      } catch (error) {
        waiting.reject(error);
      }
    }
  }

  #run(batch: readonly Waiting[]): Promise<unknown[]> {
    const works = batch.map(({ work }) => work);
    return runBatch(works, { engine: this.#engine, accounts: this.#accounts, now: this.#clock.now() });
  }
}
