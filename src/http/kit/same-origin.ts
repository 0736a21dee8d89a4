import type { IncomingMessage } from "node:http";

/** What browsers say of where a request comes from, without changing anything there. */
const reads = ["GET", "HEAD", "OPTIONS"];

/**
 * Whether a write comes from a page of this origin, as far as its browser says: `Sec-Fetch-Site`, else `Origin`. A request with neither
 * comes from no browser that anybody uses, or from a program.
 */
export function isFromElsewhere({ method = "", headers }: IncomingMessage): boolean {
  if (reads.includes(method)) return false;
  const site = headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const { origin, host } = headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return true;
  return new URL(origin).host !== host.toLowerCase();
}
