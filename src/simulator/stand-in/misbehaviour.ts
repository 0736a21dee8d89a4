import type { Random } from "../random.ts";

export const misbehaviours = ["rate_limit", "error", "html", "timeout", "late"] as const;
export type MisbehaviourName = (typeof misbehaviours)[number];

/** How probable each is for one request; of `late`, for one row. */
export type Misbehaviour = Readonly<Partial<Record<MisbehaviourName, number>>>;

export const usualMisbehaviour: Readonly<Record<MisbehaviourName, number>> = {
  rate_limit: 0.1,
  error: 0.05,
  html: 0.03,
  timeout: 0.02,
  late: 0.05,
};

/** What happens to a request instead of its answer. */
export type Mishap = Exclude<MisbehaviourName, "late">;

/** A late row is not listed until its list was asked for so often. */
const lateRequests = 10;

export class Mood {
  readonly #misbehaviour: Misbehaviour;
  readonly #random: Random;
  readonly #requests = new Map<string, number>();

  constructor(misbehaviour: Misbehaviour, random: Random) {
    this.#misbehaviour = misbehaviour;
    this.#random = random;
  }

  /** `null`: the request is answered. */
  mishap(): Mishap | null {
    const order: readonly Mishap[] = ["rate_limit", "error", "html", "timeout"];
    return order.find((name) => this.#random.chance(this.#misbehaviour[name] ?? 0)) ?? null;
  }

  /** Counts a request for a list, and says which rows it may show: a row is late or not for good, by its id. */
  shown(list: string): (id: string) => boolean {
    const requests = (this.#requests.get(list) ?? 0) + 1;
    this.#requests.set(list, requests);
    const { late = 0 } = this.#misbehaviour;
    return (id) => requests > lateRequests || !this.#random.fork(`late ${id}`).chance(late);
  }
}
