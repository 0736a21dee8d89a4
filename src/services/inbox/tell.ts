import { eventId, type ProviderName } from "../../domain/ids.ts";
import type { Telling } from "../../providers/source.ts";
import type { ConfiguredSource, Services } from "../services.ts";
import { receiveTelling } from "./receive.ts";

/**
 * What became of a telling: `new` had an effect or waits for one, `known` had none, `meaningless` is an event that is not
 * about money, and was not stored; `unreadable` waits for a person, or could not even be stored.
 */
export const fates = ["new", "known", "meaningless", "unreadable"] as const;
export type Fate = (typeof fates)[number];

/** Applies what a source states, through the same inbox as webhooks; resolves after the commit. */
export async function tell(
  services: Services,
  { source, account }: Pick<ConfiguredSource, "source" | "account">,
  telling: Telling,
): Promise<Fate> {
  const { provider } = source;
  if (telling.isEvent && isMeaningless(services, { provider, account }, telling.body)) return "meaningless";
  const say = (body: Uint8Array) =>
    receiveTelling(services, {
      provider,
      account,
      body,
      origin: "backfill",
      receivedAt: services.clock.now(),
      unlessKnown: !telling.isEvent,
    });
  const said = await say(telling.body);
  if (said.kind === "refused") return "unreadable";
  const isLate = said.outcome === "duplicate" && said.reason === "known_later";
  if (isLate && telling.asOfNow !== null) return fateOf(await say(telling.asOfNow));
  return fateOf(said);
}

function fateOf(said: Awaited<ReturnType<typeof receiveTelling>>): Fate {
  if (said.kind === "refused" || said.outcome === "parked" || said.outcome === "failed") return "unreadable";
  return said.outcome === "duplicate" ? "known" : "new";
}

/** Lists hold events of all types; those that no destination would be subscribed to are not worth keeping. */
function isMeaningless(
  { providers }: Services,
  key: { readonly provider: ProviderName; readonly account: string },
  body: Uint8Array,
): boolean {
  const provider = providers.get(key.provider)?.provider;
  const envelope = provider?.readEnvelope(body);
  if (provider === undefined || envelope?.kind !== "envelope") return false;
  return provider.normalise(envelope, eventId(key, envelope.providerEventId)).kind === "ignored";
}
