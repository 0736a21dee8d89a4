import { AsyncLocalStorage } from "node:async_hooks";

/** What an app logs with: pino fits, and so does `console`. Nothing personal and no secret is given to it. */
export interface Logger {
  debug?(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The same as services use it: what is logged while a request is answered has that request's id. */
export type Log = Required<Logger>;

const requests = new AsyncLocalStorage<string>();

/** Whatever is logged within `run`, however deep and however late, is of this request. */
export function inRequest<Result>(id: string, run: () => Result): Result {
  return requests.run(id, run);
}

/** A logger of an app's own that throws breaks nothing but its line. */
export function requestLog(logger: Logger): Log {
  const at = (level: keyof Logger) => (fields: object, message: string) => {
    const id = requests.getStore();
    try {
      logger[level]?.(id === undefined ? fields : { request_id: id, ...fields }, message);
    } catch {
      // Nobody is left to tell.
    }
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** How long something took, as it is logged: in milliseconds, to the microsecond. */
export function millisecondsSince(begun: number): number {
  return Math.round((performance.now() - begun) * 1000) / 1000;
}

export interface Limits {
  readonly lines: number;
  readonly windowMilliseconds: number;
}

const usualLimits: Limits = { lines: 10, windowMilliseconds: 60_000 };

/**
 * Logs what anybody can cause as often as they like: of each kind the first lines of a window, and at its end how many more
 * there were.
 */
export class LimitedLog {
  readonly #log: Log;
  readonly #limits: Limits;
  /** How many there were in the window that is open, by kind. */
  readonly #counts = new Map<string, number>();

  constructor(log: Log, limits: Limits = usualLimits) {
    this.#log = log;
    this.#limits = limits;
  }

  /** @param kind - also in the line that says how many more there were */
  say(
    level: "warn" | "error",
    message: string,
    kind: Readonly<Record<string, string>>,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const key = `${message} ${Object.values(kind).join(" ")}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count <= this.#limits.lines) this.#log[level]({ ...kind, ...fields }, message);
    // The line at the end of the window is not of the request that happened to begin it.
    if (count === 1)
      requests.exit(() => {
        setTimeout(() => this.#close(level, message, kind, key), this.#limits.windowMilliseconds).unref();
      });
  }

  #close(level: "warn" | "error", message: string, kind: object, key: string): void {
    const { lines, windowMilliseconds } = this.#limits;
    const more = (this.#counts.get(key) ?? 0) - lines;
    this.#counts.delete(key);
    if (more > 0) this.#log[level]({ ...kind, more, within_seconds: windowMilliseconds / 1000 }, message);
  }
}
