import { type OwnProvider, providerNames } from "../../domain/ids.ts";
import { type Instant, parseInstant } from "../../domain/time.ts";
import { UsageError } from "./command.ts";

/** @throws UsageError if `--provider` names none that can be asked */
export function readProvider(text: string): OwnProvider {
  const provider = providerNames.find((name) => name === text);
  if (provider !== undefined) return provider;
  throw new UsageError(`--provider must be one of ${providerNames.join(", ")}.`);
}

const takes = "TIME";
/** A window, for whoever reads one with {@link readTime}. */
export const fromOption = {
  type: "string",
  takes,
  says: "from then on: an RFC 3339 time, or a day",
} as const;
export const toOption = { type: "string", takes, says: "until then, that moment excluded" } as const;

/**
 * A time as RFC 3339, or a day, which stands for its beginning in UTC; `null` if the flag was not given.
 * @throws UsageError
 */
export function readTime(flag: string, text: string | undefined): Instant | null {
  if (text === undefined) return null;
  const instant = parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (instant !== undefined) return instant;
  throw new UsageError(`${flag} must be a time such as 2026-01-31T00:00:00Z, or a day such as 2026-01-31.`);
}

/**
 * The address of a server, without a slash at its end; `null` if the flag was not given. That of its webhooks, as it stands at a
 * provider, names the same server.
 * @throws UsageError
 */
export function readUrl(flag: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^https?:\/\/./.test(text) && URL.canParse(text))
    return text.replace(/\/$/, "").replace(webhooksPath, "");
  throw new UsageError(`${flag} must be the address of a server, such as http://127.0.0.1:8787.`);
}

const webhooksPath = new RegExp(`/webhooks(?:/(?:${providerNames.join("|")}))?$`);
