import type { OwnProvider } from "../../domain/ids.ts";
import { mayPass, SourceError } from "./source-error.ts";

/** How long a provider is waited for. */
export interface Patience {
  /** For one answer. */
  readonly timeoutMilliseconds: number;
  /** How often a question is asked before its error stands. */
  readonly tries: number;
  /** The first pause; each is twice as long as the one before, and longer where the provider asks for it. */
  readonly pauseMilliseconds: number;
  /** The longest pause that a provider may ask for. */
  readonly longestPauseMilliseconds: number;
}

export const usualPatience: Patience = {
  timeoutMilliseconds: 30_000,
  tries: 6,
  pauseMilliseconds: 500,
  longestPauseMilliseconds: 60_000,
};

/** Of a person who waits for the answer: what cannot be told now is not told. */
export const hastyPatience: Patience = {
  timeoutMilliseconds: 5_000,
  tries: 2,
  pauseMilliseconds: 200,
  longestPauseMilliseconds: 2_000,
};

/**
 * Asks until there is an answer, or an error that waiting does not mend.
 * @throws SourceError as `ask` does, the last one if all tries failed
 */
export async function asking<Answer>(ask: () => Promise<Answer>, patience: Patience): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!mayPass(error) || attempt >= patience.tries) throw error;
      await pause(pauseAfter(attempt, error, patience));
    }
  }
}

function pauseAfter(
  attempt: number,
  { retryAfterMilliseconds }: SourceError,
  { pauseMilliseconds, longestPauseMilliseconds }: Patience,
): number {
  const own = pauseMilliseconds * 2 ** (attempt - 1);
  return Math.min(Math.max(own, retryAfterMilliseconds ?? 0), longestPauseMilliseconds);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * For a client that waits for ever. What it waits for is not called off: only nobody listens any more.
 * @throws SourceError `timed_out`
 */
export async function withinTime<Answer>(
  answer: Promise<Answer>,
  { provider, timeoutMilliseconds }: { readonly provider: OwnProvider; readonly timeoutMilliseconds: number },
): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SourceError("timed_out", `No answer withinTime ${timeoutMilliseconds} ms.`, { provider }));
    }, timeoutMilliseconds);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
