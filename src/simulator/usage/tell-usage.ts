import type { Outcomes } from "../deliver.ts";
import { type UsageCall, usageBody } from "./usage-call.ts";

export interface TellingOptions {
  /** Of the server, without a path. */
  readonly url: string;
  /** Of the role `app` or `finance`. */
  readonly apiKey: string;
  /** How many are told at once; the server takes up to 1,000. */
  readonly batch: number;
}

/**
 * Posts usage in order, batch after batch: what a wallet covers depends on what came before. Everything else must have been
 * told, or a wallet has less than it should.
 * @throws Error if a whole batch is refused
 */
export async function tellUsage(calls: readonly UsageCall[], options: TellingOptions): Promise<Outcomes> {
  const outcomes = new Map<string, number>();
  for (let from = 0; from < calls.length; from += options.batch) {
    const events = calls.slice(from, from + options.batch).map(usageBody);
    for (const { outcome, reason } of await post(events, options)) {
      const name = reason === null ? outcome : `${outcome}: ${reason}`;
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    }
  }
  return outcomes;
}

interface Result {
  readonly outcome: string;
  readonly reason: string | null;
}

async function post(events: readonly object[], { url, apiKey }: TellingOptions): Promise<readonly Result[]> {
  const response = await fetch(`${url}/v1/usage`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ events }),
  });
  const answer = (await response.json()) as { data?: readonly Result[]; code?: string; detail?: string };
  if (response.ok) return answer.data ?? [];
  throw new Error(`POST /v1/usage was answered ${response.status} ${answer.code}: ${answer.detail}`);
}
