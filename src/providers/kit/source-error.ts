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
export function mayPass(error: unknown): error is SourceError {
  return error instanceof SourceError && passing.has(error.code);
}
