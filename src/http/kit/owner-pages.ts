import type { IncomingMessage, ServerResponse } from "node:http";
import type { TokenSettings } from "../../services/people/tokens.ts";

/** What a token is good for, below `/v1`, by `GET` alone. */
const readable = [/^\/enough-balance$/, /^\/wallets$/, /^\/wallets\/[^/]+$/, /^\/wallets\/[^/]+\/entries$/];

/** Whether a path below `/v1` is one that tokens read. */
export const isForTokens = (path: string): boolean => readable.some((route) => route.test(path));

/**
 * Lets a page of a configured origin see what it is answered on the routes that tokens read, also why it is refused; whether it is
 * asked first (a preflight, which comes without a token) is the answer.
 */
export function answerOrigin(
  { origins }: TokenSettings,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = headers;
  response.setHeader("vary", "Origin");
  const isPreflight = method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
  if (origin !== undefined && origins.includes(origin)) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-expose-headers", "request-id, retry-after");
    if (isPreflight) {
      response.setHeader("access-control-allow-methods", "GET");
      response.setHeader("access-control-allow-headers", "authorization");
      response.setHeader("access-control-max-age", "600");
    }
  }
  if (isPreflight) response.writeHead(204).end();
  return isPreflight;
}
