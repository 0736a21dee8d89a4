import type { Patience } from "../../src/providers/kit/asking.ts";
import type { ProviderSource, Telling, Window } from "../../src/providers/source.ts";

/** Nothing in a test is worth waiting for but an answer: how long one takes goes by how busy the machine is. */
export const impatient: Patience = {
  timeoutMilliseconds: 10_000,
  tries: 10,
  pauseMilliseconds: 1,
  longestPauseMilliseconds: 5,
};

export const always: Window = { from: null, to: 2n ** 62n, after: null };

/** All that a source lists of one kind, however many pages that takes. */
export async function listed(
  source: ProviderSource,
  kind: string,
  window: Window = always,
): Promise<Telling[]> {
  const tellings: Telling[] = [];
  for await (const page of source.pages(kind, window)) tellings.push(...page.tellings);
  return tellings;
}

export async function lookedUp(source: ProviderSource, refs: readonly string[]): Promise<Telling[]> {
  const tellings: Telling[] = [];
  for await (const page of source.lookUp(refs)) tellings.push(...page.tellings);
  return tellings;
}

export const said = ({ body }: Telling) => JSON.parse(Buffer.from(body).toString());
