import type { WalletIds } from "../../domain/ids.ts";
import type { Clock } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { retrying } from "../engine/transaction.ts";
import type { UnderWay, Writability } from "../engine/writability.ts";
import { Accounts } from "../ledger/accounts.ts";
import { type BatchObserver, runBatch } from "./batch.ts";
import { keysOf } from "./nouns.ts";
import type { Work } from "./unit-of-work.ts";

const largestBatch = 64;
/** One work may be heavier. 64 works of a thousand usage events each would keep everybody else waiting for seconds. */
const heaviestBatch = 1_000;
/** A database that is slow or hangs must not fill our memory: beyond these nobody waits. */
const mostWaiting = 4_096;
const mostBytesHeld = 64 * 2 ** 20;
/** A batch that lost a race is tried again as a whole before its works are done one by one. */
const retriesOfBatch = 3;

export const queueFull = "queue_full";

/** So much waits to be stored that this would only wait longer: whoever asks should come again later. */
class QueueFull extends Error {
  readonly code = queueFull;
  constructor() {
    super("Too much waits to be stored.");
  }
}

interface Waiting {
  readonly work: Work<unknown>;
  /** By the process's own clock, in milliseconds. */
  readonly since: number;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** A batch on its way. */
interface Attempt {
  /** By the process's own clock, in milliseconds. */
  readonly begun: number;
  readonly underWay: UnderWay;
}

/**
 * Group commit. Works that arrive while one commit runs are the next batch: one transaction, one sync to disk, and nobody
 * waits for a timer. A promise resolves only after the commit.
 *
 * ```
 * waiting ──► batch of up to 64 ──► commit ──► resolved
 *    ▲              │ fails            │ no database ──► rejected, with all that waited as long
 *    │ left over    ▼
 *    └───── one by one, each in its own transaction ──► resolved, or rejected alone
 * ```
 */
export class WriteQueue {
  readonly #engine: Engine;
  readonly #walletIds: () => WalletIds;
  readonly #batchesAtOnce: number;
  readonly #clock: Clock;
  readonly #writability: Writability;
  readonly #observe: BatchObserver;
  readonly #accounts = new Accounts();
  #waiting: Waiting[] = [];
  /** Of the works that were taken and not answered yet. */
  #bytesHeld = 0;
  #flushing = 0;
  /** Keys that the batches on their way touch. */
  readonly #inFlight = new Set<string>();
  #scheduled = false;
  #closed = false;
  readonly #idle: (() => void)[] = [];

  constructor({ batchesAtOnce, ...options }: WriteQueueOptions) {
    this.#observe = options.observe;
    this.#engine = options.engine;
    this.#walletIds = options.walletIds;
    this.#batchesAtOnce = batchesAtOnce ?? options.engine.flushers;
    this.#clock = options.clock;
    this.#writability = options.writability;
  }

  /** How many works are waiting for their batch. */
  get depth(): number {
    return this.#waiting.length;
  }

  /** Rejects with the code {@link queueFull} while too many wait. */
  write<Result>(work: Work<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(new Error("The store is closed."));
    if (this.#waiting.length >= mostWaiting || this.#bytesHeld >= mostBytesHeld)
      return Promise.reject(new QueueFull());
    return new Promise((resolve, reject) => {
      // A work whose needs cannot be read is told so before it stands in the way of others.
      keysOf(work.needs);
      this.#waiting.push(this.#held(work, resolve as (result: unknown) => void, reject));
      this.#schedule();
    });
  }

  #held(work: Work<unknown>, resolve: Waiting["resolve"], reject: Waiting["reject"]): Waiting {
    const { bytes = 0 } = work;
    this.#bytesHeld += bytes;
    const answered = <Answer>(answer: (value: Answer) => void) => {
      return (value: Answer) => {
        this.#bytesHeld -= bytes;
        answer(value);
      };
    };
    return { work, since: performance.now(), resolve: answered(resolve), reject: answered(reject) };
  }

  /** Takes no further works, and resolves when those that wait are done. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#flushing === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** After what has arrived by now is read: requests that came together are committed together. */
  #schedule(): void {
    if (this.#scheduled || this.#flushing >= this.#batchesAtOnce) return;
    this.#scheduled = true;
    this.#afterATurn();
  }

  /** While a turn of the event loop brings more, and the batch is not full, another one is waited for: a turn, and no time. */
  #afterATurn(): void {
    const before = this.#waiting.length;
    setImmediate(() => {
      const { length } = this.#waiting;
      if (length > before && length < largestBatch) return this.#afterATurn();
      this.#scheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#flushing < this.#batchesAtOnce ? this.#take() : [];
    if (batch.length === 0) return;
    this.#flushing += 1;
    if (this.#waiting.length > 0) this.#schedule();
    const begun = performance.now();
    const underWay = this.#writability.begin();
    const left = await this.#commit(batch, { begun, underWay });
    underWay.ended();
    for (const { work } of batch) for (const key of keysOf(work.needs)) this.#inFlight.delete(key);
    this.#waiting.unshift(...left);
    this.#flushing -= 1;
    if (this.#waiting.length > 0) this.#schedule();
    else if (this.#flushing === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /**
   * The next batch: the oldest works, but none that touches what a batch on its way touches. It would only wait for that
   * batch's locks, or lose the race for a row that is new to both.
   */
  #take(): Waiting[] {
    const batch: Waiting[] = [];
    const passed: Waiting[] = [];
    const blocked = new Set(this.#inFlight);
    let weight = 0;
    for (const waiting of this.#waiting) {
      const keys = keysOf(waiting.work.needs);
      const { alone = false, weight: own = 1 } = waiting.work;
      const isFull = batch.length === largestBatch || batch[0]?.work.alone === true;
      const mustWait = batch.length > 0 && (alone || weight + own > heaviestBatch);
      const isBlocked = isFull || mustWait || keys.some((key) => blocked.has(key));
      if (!isBlocked) weight += own;
      (isBlocked ? passed : batch).push(waiting);
      // What comes later for the same charge must not overtake this one.
      for (const key of keys) (isBlocked ? blocked : this.#inFlight).add(key);
    }
    this.#waiting = passed;
    return batch;
  }

  /** Returns what was left for the next batch. */
  async #commit(batch: readonly Waiting[], attempt: Attempt): Promise<readonly Waiting[]> {
    try {
      this.#engine.checkInPlace();
      await this.#engine.betweenBatches();
      const results = await retrying(this.#engine, () => this.#run(batch, attempt), {
        retries: retriesOfBatch,
      });
      for (const [index, result] of results.entries()) batch[index]?.resolve(result);
      return batch.slice(results.length);
    } catch (error) {
      const { of, again } = this.#engine.faultOf(error);
      const isAlone = batch.length === 1 && again !== true;
      if (of === "database") this.#giveUp(batch, error, attempt);
      else if (isAlone) for (const { reject } of batch) reject(error);
      else await this.#commitEach(batch, attempt);
      return [];
    }
  }

  /** Whoever waited for as long as it took to find out that there is no database need not find out again. */
  #giveUp(batch: readonly Waiting[], error: unknown, { begun, underWay }: Attempt): void {
    underWay.failed(error);
    const { before = [], after = [] } = Object.groupBy(this.#waiting, ({ since }) =>
      since < begun ? "before" : "after",
    );
    this.#waiting = after;
    for (const { reject } of [...batch, ...before]) reject(error);
  }

  /** A bad work must not take its neighbours down; without a database none of them needs to wait for its turn to fail. */
  async #commitEach(batch: readonly Waiting[], attempt: Attempt): Promise<void> {
    for (const [index, waiting] of batch.entries()) {
      try {
        const [result] = await retrying(this.#engine, () => this.#run([waiting], attempt));
        waiting.resolve(result);
      } catch (error) {
        if (this.#engine.faultOf(error).of === "database")
          return this.#giveUp(batch.slice(index), error, attempt);
        waiting.reject(error);
      }
    }
  }

  async #run(batch: readonly Waiting[], { underWay }: Attempt): Promise<unknown[]> {
    const works = batch.map(({ work }) => work);
    const now = this.#clock.now();
    const results = await runBatch(works, {
      engine: this.#engine,
      walletIds: this.#walletIds(),
      accounts: this.#accounts,
      now,
      observe: this.#observe,
    });
    underWay.wrote();
    return results;
  }
}

export interface WriteQueueOptions {
  readonly engine: Engine;
  /** How wallets are named; known before anything is written. */
  readonly walletIds: () => WalletIds;
  readonly clock: Clock;
  readonly writability: Writability;
  /** Told of each batch that is committed. */
  readonly observe: BatchObserver;
  /** As many as the engine takes, unless it is said. */
  readonly batchesAtOnce?: number | undefined;
}
