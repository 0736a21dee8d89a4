import { notDismissed, type StoredEvent } from "../../src/domain/event.ts";
import { eventId } from "../../src/domain/ids.ts";
import { defaultPolicy, type PolicyBook } from "../../src/domain/policy/policy.ts";
import type { Instant } from "../../src/domain/time.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import { type Applied, applyingEvent } from "../../src/services/inbox/apply-event.ts";
import type { Work } from "../../src/store/batch/unit-of-work.ts";
import type { PaddleEvent } from "./paddle-history.ts";

export const defaultPolicies: PolicyBook = { current: defaultPolicy, version: () => defaultPolicy };

/** The work that applies one of Paddle's events, as the webhook's handler makes it. */
export function paddleWork(
  event: PaddleEvent,
  receivedAt: Instant,
  policies = defaultPolicies,
): Work<Applied> {
  const body = Buffer.from(JSON.stringify(event));
  const envelope = paddle.readEnvelope(body);
  if (envelope.kind === "refused") throw new Error(envelope.detail);
  const source = { provider: paddle.name, account: "default" };
  const id = eventId(source, envelope.providerEventId);
  const stored: StoredEvent = {
    ...source,
    id,
    providerEventId: envelope.providerEventId,
    type: envelope.type,
    apiVersion: null,
    otherVersions: [],
    origin: "webhook",
    body,
    occurredAt: envelope.occurredAt,
    receivedAt,
    appliedAt: null,
    outcome: "failed",
    reason: null,
    attempts: 0,
    retryAt: null,
    ...notDismissed,
  };
  return applyingEvent(
    { provider: paddle, event: stored, normalised: paddle.normalise(envelope, id), unlessKnown: false },
    policies,
  );
}
