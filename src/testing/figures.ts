import { types } from "node:util";
import { notKnown } from "../domain/nearest-name.ts";
import { fromUnixMilliseconds, type Instant, parseInstant } from "../domain/time.ts";
import type { Moment } from "../library/asked.ts";

/** An amount in minor units, as a test writes it. */
export type Figure = number | bigint;

/** Whether figures that disagree are left as they are, to see what becomes of such a body. */
export interface Unchecked {
  readonly unchecked?: boolean;
}

/** The figures of a body disagree: a provider would not send it so. */
export class InconsistentFigures extends Error {
  readonly code = "figures_inconsistent";
  constructor(problems: readonly string[]) {
    super(
      `${problems.join("; ")}. A provider would not send it so; { unchecked: true } makes it all the same.`,
    );
    this.name = "InconsistentFigures";
  }
}

/** What a test gives of a body, checked for names, and figures that follow where none is given. */
export class Figures {
  readonly #what: string;
  readonly #isUnchecked: boolean;
  readonly #problems: string[] = [];

  constructor(what: string, given: Unchecked, names: readonly string[]) {
    this.#what = what;
    this.#isUnchecked = given.unchecked === true;
    this.known(what, given, [...names, "unchecked"]);
  }

  known(what: string, given: unknown, names: readonly string[]): void {
    if (typeof given !== "object" || given === null)
      throw new TypeError(`${what}: must be an object, of ${names.join(", ")}`);
    for (const name of Object.keys(given))
      if (!names.includes(name)) throw new TypeError(`${what}.${name}: ${notKnown(names, name)}`);
  }

  /** The figure that was given, or what follows; they must agree. */
  agreed(name: string, given: Figure | undefined, follows: bigint): bigint {
    if (given === undefined) return follows;
    const figure = this.amount(name, given);
    this.demand(figure === follows, `${name} is ${figure}, but the others make it ${follows}`);
    return figure;
  }

  amount(name: string, given: Figure): bigint {
    if (typeof given === "bigint") return given;
    if (Number.isSafeInteger(given)) return BigInt(given);
    throw new TypeError(`${this.#what}.${name}: must be a whole number of minor units, or a bigint`);
  }

  demand(holds: boolean, problem: string): void {
    if (!holds) this.#problems.push(`${this.#what}: ${problem}`);
  }

  /** What a figure contains has its sign, and is no more than it: else what is left would have the other sign. */
  within(part: string, figure: bigint, whole: string, of: bigint): void {
    const holds = of < 0n ? figure <= 0n && figure >= of : figure >= 0n && figure <= of;
    this.demand(holds, `${part} of ${figure} is not within the ${whole} of ${of}`);
  }

  moment(given: Moment | undefined): Instant {
    const at = given ?? new Date();
    const instant = types.isDate(at) ? fromUnixMilliseconds(at.getTime()) : parseInstant(at);
    if (instant !== undefined) return instant;
    throw new TypeError(`${this.#what}.at: must be a Date, or a time such as 2026-01-31T12:00:00Z`);
  }

  /** @throws InconsistentFigures */
  check(): void {
    if (this.#problems.length > 0 && !this.#isUnchecked) throw new InconsistentFigures(this.#problems);
  }
}

const counts = new Map<string, number>();

/** An id that no other body of this process has. */
export function newId(prefix: string): string {
  const count = (counts.get(prefix) ?? 0) + 1;
  counts.set(prefix, count);
  return `${prefix}_test${String(count).padStart(6, "0")}`;
}
