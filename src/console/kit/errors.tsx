import { HttpProblem, problems } from "../../http/kit/problem.ts";
import { QueryInvalid } from "../../services/documents/parameters.ts";
import { IdempotencyConflict } from "../../services/kit/idempotency.ts";
import type { Services } from "../../services/services.ts";
import { FormNotTaken } from "./forms.ts";
import { type ConsoleRole, NotFound, Refused } from "./page.ts";

/** A page that says why there is no other. */
export interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly why: string;
  /** What could be searched for. */
  readonly search?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whoever is signed in may not see this. */
export class NotAllowed extends Error {
  readonly role: ConsoleRole;
  constructor(role: ConsoleRole) {
    super(`This is for the role finance. You are signed in with the role ${role}.`);
    this.role = role;
  }
}

/** What an error is to whoever asked for a page, and what of it is to be said in the log. */
export interface JudgedError {
  readonly page: ErrorPage;
  readonly logged: {
    readonly level: "warn" | "error";
    readonly error: string;
    readonly message: string;
  } | null;
}

/** What nobody expected is in the log, under the request's id. */
export function errorPageOf(store: Pick<Services["store"], "isUnavailable">, error: unknown): JudgedError {
  const known = knownError(error);
  if (known !== undefined) return { page: known, logged: null };
  if (store.isUnavailable(error))
    return {
      page: {
        status: 503,
        title: "The database does not answer",
        why: "Nothing was changed. Try again in a few seconds.",
        headers: { "retry-after": "5" },
      },
      logged: {
        level: "warn",
        error: String(error),
        message: "A page could not be made without the database.",
      },
    };
  const { stack } = (error ?? {}) as { stack?: unknown };
  return {
    page: {
      status: 500,
      title: "Something is wrong on our side",
      why: "The log of the server says what, under the request's id below.",
    },
    logged: {
      level: "error",
      error: typeof stack === "string" ? stack : String(error),
      message: "A page failed.",
    },
  };
}

export function saidInLog(log: Services["log"], { logged }: JudgedError): void {
  if (logged !== null) log[logged.level]({ error: logged.error }, logged.message);
}

function knownError(error: unknown): ErrorPage | undefined {
  if (error instanceof QueryInvalid)
    return { status: 400, title: "The address cannot be read", why: error.message };
  if (error instanceof NotFound)
    return { status: 404, title: "There is nothing here", why: error.message, search: error.id };
  if (error instanceof NotAllowed)
    return { status: 403, title: "Your role does not allow this", why: error.message };
  if (error instanceof Refused)
    return { status: error.status, title: "Nothing was done", why: error.message };
  if (error instanceof IdempotencyConflict)
    return {
      status: 409,
      title: "Nothing was done",
      why: "This form was sent before, with something else in it. Open the page again.",
    };
  if (error instanceof FormNotTaken)
    return { status: 403, title: "The form cannot be taken", why: error.message };
  if (error instanceof HttpProblem) {
    const [status, title] = problems[error.code];
    const headers = error.extras.headers ?? {};
    return { status, title, why: error.message, headers };
  }
  // What the router throws where a path cannot be decoded.
  if ((error as { status?: unknown } | null)?.status === 400)
    return { status: 400, title: "The address cannot be read", why: "The path is not well-formed." };
  return undefined;
}

interface ErrorBodyProps {
  readonly page: ErrorPage;
  readonly base: string;
  /** Whether there is somebody who may search. */
  readonly canSearch: boolean;
  readonly requestId: string;
}

export function ErrorBody({ page, base, canSearch, requestId }: ErrorBodyProps) {
  return (
    <>
      <h1>{page.title}</h1>
      <p>{page.why}</p>
      {canSearch && page.search ? (
        <form method="get" action={`${base}/search`} class="filters">
          <label>
            Search for it everywhere
            <input name="q" value={page.search.slice(0, 500)} maxLength={500} />
          </label>
          <button type="submit">Find</button>
        </form>
      ) : null}
      <p>
        The request is <code>{requestId}</code> in the log. <a href={`${base}/`}>To the overview</a>
      </p>
    </>
  );
}
