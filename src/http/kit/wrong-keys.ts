import type { IncomingMessage } from "node:http";
import { LimitedLog, type Log } from "../../services/kit/log.ts";
import { networkOf, type TrustedProxies } from "./client-address.ts";
import { HttpProblem } from "./problem.ts";

/** So many wrong keys of one network are only told that they are wrong; after that, one in so long. */
const freely = 20;
const thenEveryMilliseconds = 3_000;
/** Of more networks than these the one that was quiet for longest is forgotten. */
const networksKnown = 10_000;

/** What is left to a network, and when that was so. */
interface Allowance {
  readonly left: number;
  readonly at: number;
}

/** What a wrong key is answered with; the log has heard of it. */
export class WrongKey extends HttpProblem {}

/**
 * Answers wrong API keys. Who tries many is told to wait, by address; a right key never comes here, whatever its neighbours
 * try. Each is counted, and one line a minute is logged of all.
 */
export class WrongKeys {
  readonly #proxies: TrustedProxies;
  readonly #observe: (code: WrongKeyCode) => void;
  readonly #log: LimitedLog;
  readonly #now: () => number;
  readonly #allowances = new Map<string, Allowance>();

  constructor(
    log: Log,
    {
      proxies,
      observe,
      now = () => performance.now(),
    }: { proxies: TrustedProxies; observe: (code: WrongKeyCode) => void; now?: () => number },
  ) {
    this.#proxies = proxies;
    this.#observe = observe;
    this.#now = now;
    this.#log = new LimitedLog(log, { lines: 1, windowMilliseconds: 60_000 });
  }

  refuse(request: IncomingMessage): WrongKey {
    const waits = this.#secondsToWait(networkOf(this.#proxies.clientOf(request)));
    this.#observe(waits === 0 ? "unauthenticated" : "rate_limited");
    this.#log.say("warn", "A wrong API key was refused.", {});
    if (waits === 0)
      return new WrongKey("unauthenticated", "No configured API key has this secret.", {
        headers: { "www-authenticate": 'Bearer realm="tallyhook"' },
      });
    return new WrongKey("rate_limited", "Too many wrong API keys came from this address.", {
      headers: { "retry-after": String(waits) },
    });
  }

  /** 0 if it is still among those that need not wait. */
  #secondsToWait(network: string): number {
    const now = this.#now();
    const { left, at } = this.#allowances.get(network) ?? { left: freely, at: now };
    const regained = Math.min(freely, left + (now - at) / thenEveryMilliseconds);
    const after = regained >= 1 ? regained - 1 : regained;
    // The map is in the order in which networks were heard of last.
    this.#allowances.delete(network);
    this.#allowances.set(network, { left: after, at: now });
    const [oldest = network] = this.#allowances.keys();
    if (this.#allowances.size > networksKnown) this.#allowances.delete(oldest);
    return regained >= 1 ? 0 : Math.ceil(((1 - regained) * thenEveryMilliseconds) / 1000);
  }
}

export type WrongKeyCode = "unauthenticated" | "rate_limited";
