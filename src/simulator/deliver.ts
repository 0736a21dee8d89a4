import type { OwnProvider } from "../domain/ids.ts";
import { signedHeaders } from "../testing/signing.ts";
import type { Emission } from "./emission.ts";

export interface DeliveryOptions {
  /** Of the server, without a path. */
  readonly url: string;
  readonly secrets: Readonly<Partial<Record<OwnProvider, string>>>;
  /** How many deliveries may be on their way at once; 1 keeps the order to the end. */
  readonly inFlight: number;
  /** Unix seconds. */
  now(): number;
}

/** How often each answer was given: an outcome, or `refused: ` and what the server said. */
export type Outcomes = ReadonlyMap<string, number>;

/**
 * Posts every event, signed now. One that is refused, or cannot be delivered, is tried twice more, as providers do.
 * @throws Error if a provider that is to speak has no secret
 */
export async function deliver(emissions: readonly Emission[], options: DeliveryOptions): Promise<Outcomes> {
  const outcomes = new Map<string, number>();
  const queue = emissions.values();
  const lane = async () => {
    for (const emission of queue) {
      const outcome = await persist(emission, options);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, lane));
  return outcomes;
}

async function persist(emission: Emission, options: DeliveryOptions): Promise<string> {
  let outcome = "";
  for (let attempt = 0; attempt < 3; attempt += 1) {
    outcome = await post(emission, options);
    if (!outcome.startsWith("refused")) break;
  }
  return outcome;
}

async function post({ provider, body }: Emission, { url, secrets, now }: DeliveryOptions): Promise<string> {
  const secret = secrets[provider];
  if (secret === undefined) throw new Error(`There is no secret to sign events of ${provider} with.`);
  const headers = signedHeaders(provider, body, { secret, time: now() });
  try {
    const response = await fetch(`${url}/webhooks/${provider}`, { method: "POST", body, headers });
    const answer = (await response.json()) as { readonly outcome?: string; readonly code?: string };
    return response.ok ? String(answer.outcome) : `refused: ${answer.code ?? response.status}`;
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
}
