import { UsageError } from "./command.ts";

/**
 * The address of a server, without a slash at its end; `null` if the flag was not given.
 * @throws UsageError
 */
export function readUrl(flag: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text.replace(/\/$/, "");
  throw new UsageError(`${flag} must be the address of a server, such as http://127.0.0.1:8787.`);
}
