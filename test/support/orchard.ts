import { z } from "zod";
import type { DocumentFact, Fact, MovementFact, Stage, Stamp } from "../../src/domain/facts/facts.ts";
import type { EventId } from "../../src/domain/ids.ts";
import { fromUnixSeconds } from "../../src/domain/time.ts";
import { isRecord, parked, parseJson } from "../../src/providers/kit/fields.ts";
import { type HeaderForm, refused, signHeader, verifyHeader } from "../../src/providers/kit/signature.ts";
import type { Envelope, Normalised, Provider, Refusal } from "../../src/providers/provider.ts";

/**
 * Orchard, a provider that does not exist: it sells for us, as Paddle does, signs like Stripe, and says of an order all
 * there is to say. A complete provider, in one file: what docs/adding-a-provider.md tells.
 */
export const orchard: Provider = {
  name: "orchard",
  signatureHeader: "orchard-signature",
  expectedEventTypes: ["order.paid", "order.refunded"],
  subscribedEventTypes: ["order.paid", "order.refunded"],
  verify: (delivery, options) => verifyHeader(delivery, options, form),
  sign: (body, options) => signHeader(body, options, form),
  readEnvelope,
  normalise,
  contentOf: ({ data }) => data,
};

const form: HeaderForm = {
  provider: "Orchard",
  header: "Orchard-Signature",
  delimiter: ",",
  timestampKey: "at",
  digestKey: "mac",
  separator: ".",
};

/** `{id, kind, at, order}`; `at` is in Unix seconds. */
function readEnvelope(body: Uint8Array): Envelope | Refusal {
  const json = parseJson(body);
  if (json.kind === "refused") return json;
  const event = isRecord(json.value) ? json.value : {};
  if (typeof event.id !== "string" || typeof event.kind !== "string")
    return refused("envelope_invalid", "An event of Orchard has an id and a kind.");
  return {
    kind: "envelope",
    providerEventId: event.id,
    type: event.kind,
    occurredAt: Number.isSafeInteger(event.at) ? fromUnixSeconds(Number(event.at)) : null,
    apiVersion: null,
    livemode: null,
    account: null,
    data: event.order,
  };
}

/** Amounts are safe integers of minor units, as ISO 4217 counts them. */
const amount = z.int().min(0).transform(BigInt);
const order = z.object({
  number: z.string().min(1).max(255),
  state: z.enum(["open", "paid"]),
  currency: z.string().regex(/^[A-Z]{3}$/),
  buyer: z.string().min(1).max(255),
  net: amount,
  tax: amount,
  fee: amount.nullable(),
  refunds: z.array(z.object({ id: z.string().min(1).max(255), net: amount, tax: amount })).default([]),
});
type Order = z.output<typeof order>;

function normalise({ type, occurredAt, data }: Envelope, eventId: EventId): Normalised {
  if (!type.startsWith("order.")) return { kind: "ignored", reason: "unknown_type" };
  if (occurredAt === null) return parked("schema_invalid", "at");
  const read = order.safeParse(data);
  if (!read.success) return parked("schema_invalid", `order: ${read.error.issues[0]?.path.join(".")}`);
  const stamp = { eventId, occurredAt };
  return { kind: "facts", facts: [documentOf(read.data, stamp), ...refundsOf(read.data, stamp)] };
}

const stages: Record<Order["state"], Stage> = { open: "open", paid: "paid" };

/** What Orchard does not have is 0, what it does not say is null: the difference decides whether we wait for it. */
function documentOf(sent: Order, stamp: Stamp): DocumentFact {
  const total = sent.net + sent.tax;
  const whole = { subtotal: sent.net, discount: 0n, tax: sent.tax, total };
  return {
    kind: "document",
    stamp,
    ref: sent.number,
    document: "transaction",
    stage: stages[sent.state],
    currency: sent.currency,
    ...whole,
    creditApplied: 0n,
    creditNotesApplied: 0n,
    creditIssued: 0n,
    debtBroughtForward: 0n,
    grandTotal: total,
    balance: sent.state === "paid" ? 0n : total,
    fee: sent.fee,
    earnings: sent.fee === null ? null : sent.net - sent.fee,
    payout: null,
    lines: [{ ref: sent.number, ...whole, ...unsaid, quantity: "1", metadata: {} }],
    payments: null,
    invoice: null,
    customerRef: sent.buyer,
    subscriptionRef: null,
    invoiceNumber: null,
    origin: null,
    collectionMode: null,
    billingPeriod: null,
    livemode: null,
    createdAt: null,
    billedAt: null,
    reachedAt: null,
    metadata: null,
  };
}

const unsaid = { priceRef: null, productRef: null, description: null, proration: null };

function refundsOf({ number, currency, refunds }: Order, stamp: Stamp): Fact[] {
  return refunds.map(
    ({ id, net, tax }): MovementFact => ({
      kind: "movement",
      stamp,
      ref: id,
      chargeRef: number,
      movement: "refund",
      status: "approved",
      warning: false,
      toCustomerBalance: null,
      currency,
      amount: net + tax,
      subtotal: net,
      tax,
      fee: 0n,
      earnings: net,
      payout: null,
      lines: [],
      customerRef: null,
      reason: null,
      createdAt: null,
      linked: null,
    }),
  );
}
