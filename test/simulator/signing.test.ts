import { Environment, Paddle } from "@paddle/paddle-node-sdk";
import Stripe from "stripe";
import { signedHeaders } from "../../src/testing/signing.ts";

const time = Math.floor(Date.now() / 1000);

test("Stripe's own SDK accepts the simulator's signature, and none of another secret", () => {
  const body = JSON.stringify({ id: "evt_1", object: "event", note: "Grüße" });
  const header = signedHeaders("stripe", body, { secret: "whsec_a", time })["stripe-signature"] ?? "";
  const { webhooks } = new Stripe("sk_test_none");
  expect(webhooks.constructEvent(body, header, "whsec_a")).toMatchObject({ id: "evt_1" });
  expect(() => webhooks.constructEvent(body, header, "whsec_b")).toThrow();
});

test("Paddle's own SDK accepts the simulator's signature, and none of another secret", async () => {
  const body = JSON.stringify({ event_id: "evt_1", note: "Grüße" });
  const header = signedHeaders("paddle", body, { secret: "a", time })["paddle-signature"] ?? "";
  const { webhooks } = new Paddle("key", { environment: Environment.sandbox });
  expect(await webhooks.isSignatureValid(body, "a", header)).toBe(true);
  expect(await webhooks.isSignatureValid(body, "b", header)).toBe(false);
});
