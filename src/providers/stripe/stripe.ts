import { isRecord } from "../kit/json.ts";
import type { Provider } from "../provider.ts";
import { readEnvelope } from "./envelope.ts";
import { expectedEventTypes, subscribedEventTypes } from "./event-types.ts";
import { normalise } from "./normalise.ts";
import { sign, signatureHeader, verify } from "./signature.ts";

/** Stripe, as its snapshot events speak, of any API version. */
export const stripe: Provider = {
  name: "stripe",
  signatureHeader,
  expectedEventTypes,
  subscribedEventTypes,
  verify,
  sign,
  readEnvelope,
  normalise,
  // `previous_attributes` beside it differs between API versions.
  contentOf: ({ data }) => (isRecord(data) ? data.object : data),
};
