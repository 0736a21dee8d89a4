import type { ServerResponse } from "node:http";

/** Every way a request can fail, by its stable code: the HTTP status, and a title that never changes with the request. */
export const problems = {
  signature_missing: [400, "The signature header is missing"],
  signature_malformed: [400, "The signature header cannot be read"],
  signature_mismatch: [400, "The signature does not match the body"],
  signature_expired: [400, "The signature is outside the allowed window"],
  body_not_json: [400, "The body is not JSON"],
  envelope_invalid: [400, "The body is not an event"],
  request_invalid: [400, "The request cannot be read"],
  report_refused: [400, "The report cannot be read"],
  body_invalid: [400, "The body cannot be accepted"],
  idempotency_key_missing: [400, "An Idempotency-Key is needed"],
  idempotency_key_invalid: [400, "The Idempotency-Key cannot be accepted"],
  query_invalid: [400, "A query parameter cannot be accepted"],
  limit_invalid: [400, "The limit cannot be accepted"],
  cursor_invalid: [400, "The cursor cannot be read"],
  currency_required: [400, "A currency is needed"],
  currency_mismatch: [400, "The wallet is of another currency"],
  no_price: [400, "The meter has no price in this currency"],
  unauthenticated: [401, "An API key is needed"],
  insufficient_balance: [402, "The balance does not suffice"],
  limit_reached: [402, "A limit does not allow it"],
  cross_site: [403, "The request comes from another site"],
  forbidden: [403, "Who asks may not do this"],
  not_found: [404, "There is nothing here"],
  unknown_meter: [404, "There is no such meter"],
  headers_too_slow: [408, "The headers took too long"],
  body_too_slow: [408, "The body took too long"],
  has_owner: [409, "The charge has an owner"],
  already_spent: [409, "What it topped up is not all there"],
  already_linked: [409, "The customer belongs to another owner"],
  idempotency_conflict: [409, "The Idempotency-Key was used for another request"],
  preview_stale: [409, "The books have moved since it was shown"],
  already_resolved: [409, "The discrepancy is resolved already"],
  not_dismissible: [409, "This cannot be dismissed"],
  not_postable: [409, "No posting can settle this"],
  already_reversed: [409, "The entry was reversed before"],
  not_reversible: [409, "This cannot be reversed"],
  nothing_left: [409, "There is nothing left to reverse"],
  exceeds_recovery: [409, "There is less to be recovered"],
  open_holds: [409, "Value of the wallet is on hold"],
  hold_closed: [409, "The hold is closed"],
  limit_elsewhere: [409, "The limit is another wallet's"],
  too_many_limits: [409, "There are too many limits"],
  method_not_allowed: [405, "The method is not allowed"],
  body_too_large: [413, "The body is too large"],
  media_type_unsupported: [415, "The body is of another media type"],
  body_encoded: [415, "The body must be sent as it is"],
  rate_limited: [429, "Too many attempts"],
  headers_too_large: [431, "The headers are too large"],
  internal_error: [500, "Something is wrong on our side"],
  body_already_parsed: [503, "The body was parsed before it came here"],
  provider_not_configured: [503, "No webhook secret is configured for this provider"],
  api_keys_not_configured: [503, "No API key is configured"],
  tokens_not_configured: [503, "No token secret is configured"],
  connection_overused: [503, "Too much was asked on one connection"],
  authentication_unavailable: [503, "Who asks cannot be found out"],
  storage_unavailable: [503, "The database does not answer"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** What some problems have besides, for programs. */
export const problemMembers = {
  report_refused: {
    statement_id: "What is kept of the report: it is listed with what is wrong",
    reason: "What is wrong, as the statement has it",
  },
  insufficient_balance: {
    available: "What could be held now, in minor units",
    shortfall: "What of the amount is missing",
  },
  limit_reached: {
    available: "What the balance would let be held now, in minor units",
    limited: "What of the amount the limit keeps",
    limit_id: "The limit that leaves the least",
    limit_left: "What it leaves now",
  },
} as const satisfies { readonly [Code in ProblemCode]?: Readonly<Record<string, string>> };

/** An answer of 4xx or 5xx: `application/problem+json` (RFC 9457) with a stable `code`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
}

/** Ends a request from any depth of a handler. `detail` is read by a stranger: no secrets, no stacks. */
export class HttpProblem extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;
  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail);
    this.code = code;
    this.extras = extras;
  }
}

/** What an answer has besides its code and detail. */
export interface ProblemExtras {
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem, for programs. */
  readonly members?: Readonly<Record<string, string>>;
}

export function problem(code: ProblemCode, detail: string): Problem {
  const [status, title] = problems[code];
  return { type: `urn:tallyhook:problem:${code}`, title, status, code, detail };
}

/** On every answer: it is the caller's alone, and of no other type than it says. */
export const headersOfAll = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

const retryAfterSeconds = "5";

/** Answers with a problem; 503 says when to try again. */
export function sendProblem(
  response: ServerResponse,
  code: ProblemCode,
  detail: string,
  extras: ProblemExtras = {},
): void {
  const { status, headers, text } = problemAnswer(code, detail, extras);
  response.writeHead(status, headers);
  response.end(text);
}

/** What a problem is on the wire. */
export function problemAnswer(
  code: ProblemCode,
  detail: string,
  { headers = {}, members = {} }: ProblemExtras = {},
) {
  const body = { ...problem(code, detail), ...members };
  const text = JSON.stringify(body);
  const all = {
    ...headersOfAll,
    "content-type": "application/problem+json",
    "content-length": String(Buffer.byteLength(text)),
    ...(body.status === 503 ? { "retry-after": retryAfterSeconds } : {}),
    ...headers,
  };
  return { status: body.status, headers: all, text };
}
