import type { Clock, Instant } from "../domain/time.ts";
import type { Engine } from "./engine.ts";
import { inTransaction } from "./transaction.ts";

const trialEvery: Instant = 5_000_000_000n;

/**
 * Whether the database can be written, as far as the last write told. Once one was refused, a number is taken now and then
 * to find out: where nobody sends requests to a server that is not ready, no other write would tell.
 */
export class Writability {
  readonly #engine: Engine;
  readonly #clock: Clock;
  #refused: { error: unknown; nextTrialAt: Instant } | null = null;

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine;
    this.#clock = clock;
  }

  wrote(): void {
    this.#refused = null;
  }

  failed(error: unknown): void {
    if (this.#engine.refusesToWrite(error))
      this.#refused = { error, nextTrialAt: this.#clock.now() + trialEvery };
  }

  /** The error of the last write if the database refused it, else `null`. */
  async refusal(): Promise<unknown> {
    if (this.#refused !== null && this.#clock.now() >= this.#refused.nextTrialAt) await this.#try();
    return this.#refused?.error ?? null;
  }

  async #try(): Promise<void> {
    const { writer, reserveNumbers } = this.#engine;
    try {
      await inTransaction(writer, (trx) => reserveNumbers(trx, 1));
      this.wrote();
    } catch (error) {
      this.#refused = { error, nextTrialAt: this.#clock.now() + trialEvery };
    }
  }
}
