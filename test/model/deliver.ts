import { type Received, receive } from "../../src/services/inbox/receive.ts";
import type { Services } from "../../src/services/services.ts";
import { signatureHeader } from "../../src/tallyhook.ts";

const secrets = { paddle: "pdl_ntfset_of-the-properties", stripe: "whsec_of-the-properties" };

/** For a program that hears both providers. */
export const environment = { PADDLE_WEBHOOK_SECRET: secrets.paddle, STRIPE_WEBHOOK_SECRET: secrets.stripe };

/** Delivers an event of either provider, signed. */
export async function post(services: Services, event: object): Promise<Received> {
  const provider = "event_id" in event ? "paddle" : "stripe";
  const body = Buffer.from(JSON.stringify(event));
  const receivedAt = services.clock.now();
  const signature = signatureHeader(provider, body, { secret: secrets[provider], at: receivedAt }).value;
  return receive(services, { provider, body, signature, receivedAt });
}
