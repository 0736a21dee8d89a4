/** Where a provider sends its events, as it says itself when it is asked. */
export interface Destination {
  /** The address, without what may be secret in it. */
  readonly url: string;
  readonly isActive: boolean;
  /** `null`: all types. */
  readonly eventTypes: readonly string[] | null;
  /** Whether an event carries its object, or only names it. */
  readonly payload: "snapshot" | "thin";
  /** In which objects are rendered; `null`: the account's own. */
  readonly apiVersion: string | null;
  /** Whether it gets real events, those of the provider's simulator, or both; `null` where the provider makes no difference. */
  readonly traffic: "platform" | "simulation" | "all" | null;
}

/** Of an address its origin and path: a token may stand behind them. */
export function withoutQuery(address: string): string {
  if (!URL.canParse(address)) return "an address that cannot be read";
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
