import { setTimeout as sleep } from "node:timers/promises";
import type { Engine } from "./engine.ts";
import { inTransaction, retrying } from "./transaction.ts";

/** A batch takes milliseconds: one that takes so long is not getting anywhere, and whoever asks waits no longer. */
const patienceMilliseconds = 2_000;
/** Whoever asks may be a stranger. */
const trialEveryMilliseconds = 100;

/** Why nothing can be stored now. */
export interface Trouble {
  /** `refuses_writes`: it can be read, but its disk is full or it is read-only. `busy`: a batch does not end. */
  readonly database: "unavailable" | "refuses_writes" | "busy";
  readonly error: unknown;
}

/** What a batch says while it is on its way. */
export interface UnderWay {
  /** Something was committed. */
  wrote(): void;
  /** For a fault of the database. */
  failed(error: unknown): void;
  ended(): void;
}

/** How a batch or a trial ended; `undefined`: it said nothing of the database. */
type Outcome = "stored" | { readonly failure: unknown } | undefined;

/**
 * Whether something can be stored now. What was so a moment ago says nothing, so whoever asks waits for the next that is stored
 * or fails: a batch that is under way, else a trial (where nobody sends requests to a server that is not ready, nothing else
 * would tell).
 */
export class Writability {
  readonly #engine: Engine;
  /** Since when the batches on their way have not stored anything, by the process's own clock. */
  readonly #underWay = new Set<{ since: number }>();
  #asking: ((outcome: Outcome) => void)[] = [];
  #trial: { readonly begun: number } | undefined;
  #lastTrialBegun = Number.NEGATIVE_INFINITY;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** A batch that is on its way says here how it goes. */
  begin(): UnderWay {
    const batch = { since: performance.now() };
    this.#underWay.add(batch);
    return {
      wrote: () => {
        batch.since = performance.now();
        this.#say("stored");
      },
      failed: (failure) => this.#say({ failure }),
      ended: () => {
        this.#underWay.delete(batch);
        this.#say(undefined);
      },
    };
  }

  /** As soon as it is known, at the latest after two seconds; `null` if something can be stored. */
  async trouble(): Promise<Trouble | null> {
    const until = performance.now() + patienceMilliseconds;
    for (;;) {
      const underWay = [...this.#underWay].map(({ since }) => since);
      const limit = Math.min(until, ...underWay.map((since) => since + patienceMilliseconds));
      if (performance.now() >= limit) return stuck;
      if (underWay.length === 0) this.#try();
      const outcome = await this.#next(limit);
      if (outcome === "stored") return null;
      if (outcome !== undefined) return this.#troubleOf(outcome.failure);
    }
  }

  #troubleOf(error: unknown): Trouble {
    const { refusesWrites } = this.#engine.faultOf(error);
    return { database: refusesWrites ? "refuses_writes" : "unavailable", error };
  }

  /** Takes a number, unless somebody is at it. */
  #try(): void {
    if (this.#trial !== undefined) return;
    const pause = Math.max(0, this.#lastTrialBegun + trialEveryMilliseconds - performance.now());
    const trial = { begun: performance.now() + pause };
    this.#trial = trial;
    this.#lastTrialBegun = trial.begun;
    const given = setTimeout(() => this.#giveUp(trial), pause + patienceMilliseconds).unref();
    sleep(pause, undefined, { ref: false })
      .then(() => this.#takeNumber())
      .then(
        () => this.#say("stored"),
        (failure: unknown) => this.#say({ failure }),
      )
      .finally(() => {
        clearTimeout(given);
        if (this.#trial === trial) this.#trial = undefined;
      });
  }

  /** Its connection may be dead without anybody knowing, and then others are too: the next one goes another way. */
  #giveUp(trial: object): void {
    if (this.#trial !== trial) return;
    this.#trial = undefined;
    this.#engine.renewConnections();
    this.#say(undefined);
  }

  #takeNumber(): Promise<unknown> {
    const { writer, reserveNumbers, checkInPlace } = this.#engine;
    checkInPlace();
    return retrying(this.#engine, () => inTransaction(writer, (trx) => reserveNumbers(trx, 1)));
  }

  /** What is said next, if it is said until then. */
  async #next(limit: number): Promise<Outcome> {
    let tooLate: NodeJS.Timeout | undefined;
    const outcome = await new Promise<Outcome>((resolve) => {
      this.#asking.push(resolve);
      tooLate = setTimeout(resolve, limit - performance.now(), undefined);
    });
    clearTimeout(tooLate);
    return outcome;
  }

  #say(outcome: Outcome): void {
    const asking = this.#asking;
    this.#asking = [];
    for (const resolve of asking) resolve(outcome);
  }
}

const stuck: Trouble = {
  database: "busy",
  error: new Error(`Nothing was stored for ${patienceMilliseconds / 1000} s.`),
};
