import type { OwnProvider } from "../../domain/ids.ts";

export type SourceProblem =
  /** The key is refused. */
  | "unauthenticated"
  /** The key is right, and may not read this. */
  | "forbidden"
  /** The provider does not answer such a question. */
  | "refused"
  | "rate_limited"
  /** It says that it is at fault, or cannot be reached. */
  | "unavailable"
  | "timed_out"
  /** The answer is not what the provider's API answers: HTML, or JSON of another shape. */
  | "unreadable"
  /** An integer beyond 2^53: JSON gave us another one than was sent. */
  | "number_unsafe"
  /** A page begins with what was listed already. */
  | "page_repeated"
  /** The place in a list where the next page begins is there no more. */
  | "list_changed";

/** What a provider's lists could not tell. `message` names the list, and holds no key and nothing of a customer. */
export class SourceError extends Error {
  readonly code: SourceProblem;
  readonly provider: OwnProvider;
  /** How long the provider asks us to wait, if it does. */
  readonly retryAfterMilliseconds: number | null;

  constructor(
    code: SourceProblem,
    message: string,
    {
      provider,
      retryAfterMilliseconds = null,
    }: { provider: OwnProvider; retryAfterMilliseconds?: number | null },
  ) {
    super(message);
    this.code = code;
    this.provider = provider;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}

const passing: ReadonlySet<SourceProblem> = new Set([
  "rate_limited",
  "unavailable",
  "timed_out",
  "unreadable",
]);

/** Whether the provider, not the question, is what the answer lacks for: nobody needs to ask it anything else now. */
export function isAway(error: SourceError): boolean {
  return passing.has(error.code) && error.code !== "unreadable";
}

/** Whether the same question may be answered a moment later. */
function mayPass(error: unknown): error is SourceError {
  return error instanceof SourceError && passing.has(error.code);
}

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
