import type { Provider } from "../provider.ts";
import { readEnvelope } from "./envelope.ts";
import { expectedEventTypes, moneyEventTypes } from "./event-types.ts";
import { normalise } from "./normalise.ts";
import { sign, signatureHeader, verify } from "./signature.ts";

/** Paddle Billing, as its raw webhooks and API bodies speak. */
export const paddle: Provider = {
  name: "paddle",
  signatureHeader,
  expectedEventTypes,
  subscribedEventTypes: moneyEventTypes,
  verify,
  sign,
  readEnvelope,
  normalise,
  contentOf: (envelope) => envelope.data,
};
