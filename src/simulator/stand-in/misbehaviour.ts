import type { Random } from "../random.ts";

export const misbehaviours = ["rate_limit", "error", "html", "timeout", "late", "repeat"] as const;
export type MisbehaviourName = (typeof misbehaviours)[number];

/** How probable each is for one request; of `late`, for one row. */
export type Misbehaviour = Readonly<Partial<Record<MisbehaviourName, number>>>;

export const usualMisbehaviour: Readonly<Record<MisbehaviourName, number>> = {
  rate_limit: 0.1,
  error: 0.05,
  html: 0.03,
  timeout: 0.02,
  late: 0.05,
  repeat: 0.05,
};

/** A list, by its path, that is refused for ever, or that has forgotten half of its rows and does not say so. */
export type CutOff = Readonly<Record<string, "refused" | "forgotten">>;

/** What happens to a request instead of its answer. */
export type Mishap = Exclude<MisbehaviourName, "late" | "repeat">;

/** A late row is not listed until its list was asked for so often. */
const lateRequests = 10;

export class Mood {
  readonly #misbehaviour: Misbehaviour;
  readonly #cutOff: CutOff;
  readonly #random: Random;
  readonly #requests = new Map<string, number>();

  constructor(misbehaviour: Misbehaviour, cutOff: CutOff, random: Random) {
    this.#misbehaviour = misbehaviour;
    this.#cutOff = cutOff;
    this.#random = random;
  }

  /** `null`: the request is answered. */
  mishap(path: string): Mishap | null {
    if (this.#cutOff[path] === "refused") return "error";
    const order: readonly Mishap[] = ["rate_limit", "error", "html", "timeout"];
    return order.find((name) => this.#random.chance(this.#misbehaviour[name] ?? 0)) ?? null;
  }

  /** Whether a page is given a second time. */
  repeats(): boolean {
    const { repeat = 0 } = this.#misbehaviour;
    return repeat > 0 && this.#random.chance(repeat);
  }

  /** Counts a request for a list, and says which rows it may show: a row is late or not for good, by its id. */
  shown(list: string): (id: string) => boolean {
    const requests = (this.#requests.get(list) ?? 0) + 1;
    this.#requests.set(list, requests);
    const { late = 0 } = this.#misbehaviour;
    if (this.#cutOff[list] === "forgotten") return (id) => this.#random.fork(`forgotten ${id}`).chance(0.5);
    return (id) => late === 0 || requests > lateRequests || !this.#random.fork(`late ${id}`).chance(late);
  }
}
