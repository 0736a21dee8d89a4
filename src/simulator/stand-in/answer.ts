import type { Instant } from "../../domain/time.ts";
import type { Json } from "../../testing/written.ts";

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** What a request asks for. */
export interface Asked {
  /** Of the stand-in itself: Paddle's links are absolute. */
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Which rows may be shown: some are late. */
  shown(list: string): (id: string) => boolean;
  /** The page before is given again. */
  readonly repeats: boolean;
}

/** Where providers send events, as their own lists of destinations have it; nowhere unless it is said. */
export interface StatedDestinations {
  readonly notificationSettings?: readonly Json[];
  readonly webhookEndpoints?: readonly Json[];
  readonly eventDestinations?: readonly Json[];
}

export interface ApiOptions {
  readonly key: string;
  readonly now: Instant;
  readonly destinations: StatedDestinations;
}

/** A provider, as far as it can be asked. */
export interface Api {
  /** `null` if the path is not this provider's. */
  answer(asked: Asked): Answer | null;
  refusal(problem: Problem): Answer;
}

export type Problem =
  | { readonly kind: "unauthenticated" }
  | { readonly kind: "forbidden"; readonly detail: string }
  | { readonly kind: "not_found"; readonly detail: string }
  | { readonly kind: "invalid"; readonly detail: string }
  | { readonly kind: "rate_limit" }
  | { readonly kind: "error" };

export const statusOf: Readonly<Record<Problem["kind"], number>> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  invalid: 400,
  rate_limit: 429,
  error: 500,
};

/** The scheme's name may be written either way: Paddle's SDK writes it small. */
export function isAuthorised({ headers }: Asked, key: string): boolean {
  const [, given] = /^bearer (.+)$/i.exec(String(headers.authorization ?? "")) ?? [];
  return given === key;
}
