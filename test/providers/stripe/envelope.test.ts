import { parseInstant } from "../../../src/domain/time.ts";
import { stripe } from "../../../src/providers/stripe/stripe.ts";
import { bytesOf, fixture, normalised } from "./bodies.ts";

const paid = fixture("invoice.paid/renewal-2020");

test("an event's envelope: its id, its type, its time, its version and mode, and its data as sent", () => {
  expect(stripe.readEnvelope(bytesOf(paid))).toEqual({
    kind: "envelope",
    providerEventId: paid.id,
    type: "invoice.paid",
    occurredAt: parseInstant("2022-03-01T09:00:02Z"),
    apiVersion: "2020-08-27",
    livemode: false,
    account: null,
    data: paid.data,
  });
});

test("an event of a connected account names the account", () => {
  const event = fixture("invoice.paid/connect-endive");
  expect(stripe.readEnvelope(bytesOf(event))).toMatchObject({ account: event.account });
});

test("a thin event has no data, an RFC 3339 time, and its account in `context`", () => {
  const event = { ...fixture("v1.invoice.paid/thin-endive"), context: "acct_1" };
  expect(stripe.readEnvelope(bytesOf(event))).toEqual({
    kind: "envelope",
    providerEventId: event.id,
    type: "v1.invoice.paid",
    occurredAt: parseInstant("2026-11-05T10:00:02.417Z"),
    apiVersion: null,
    livemode: false,
    account: "acct_1",
    data: undefined,
    named: { eventRef: null, object: expect.objectContaining({ kind: "invoice" }) },
  });
});

test("where an organisation names an account by the way to it, the account is what it ends with", () => {
  const event = { ...fixture("v1.invoice.paid/thin-endive"), context: "org_1/acct_2" };
  expect(stripe.readEnvelope(bytesOf(event))).toMatchObject({ kind: "envelope", account: "acct_2" });
});

test.each(["v1.invoice.paid", "v1.charge.updated"])("a thin %s names what is to be asked for", (type) => {
  const event = fixture("v1.invoice.paid/thin-endive") as unknown as { related_object: { id: string } };
  const { id: ref } = event.related_object;
  const named = { eventRef: null, object: { kind: "invoice", ref, url: `/v1/invoices/${ref}` } };
  expect(normalised({ ...event, type })).toEqual({ kind: "named", reason: "thin", named });
});

test("where the same event was made with its object, too, that one's id is its own", () => {
  const event = { ...fixture("v1.invoice.paid/thin-endive"), snapshot_event: "evt_1" };
  expect(stripe.readEnvelope(bytesOf(event))).toMatchObject({
    providerEventId: "evt_1",
    named: { eventRef: "evt_1" },
  });
});

test.each([
  ["of a type that nobody knows", { type: "v1.thing.of_tomorrow" }, "thin_unknown"],
  ["that names nothing", { related_object: null }, "thin_nameless"],
  ["that names half of an object", { related_object: { id: "in_1" } }, "thin_nameless"],
])("a thin one %s waits for a person", (_, changed, reason) => {
  expect(normalised({ ...fixture("v1.invoice.paid/thin-endive"), ...changed })).toMatchObject({
    kind: "parked",
    reason,
  });
});

test.each([
  ["v1.customer.updated", "no_money_meaning"],
  ["v1.invoice.upcoming", "preview"],
  ["v1.transfer.created", "not_booked_yet"],
  ["v2.core.account.updated", "no_money_meaning"],
  ["v2.core.event_destination.ping", "no_money_meaning"],
])("a thin %s says nothing of money, whatever its object would say", (type, reason) => {
  expect(normalised({ ...fixture("v1.invoice.paid/thin-endive"), type })).toEqual({
    kind: "ignored",
    reason,
  });
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["text", Buffer.from("hello")],
  ["half of a body", bytesOf(paid).subarray(0, 500)],
  ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
  ["a bare NaN", Buffer.from('{"id":NaN}')],
])("%s is not JSON", (_, body) => {
  expect(stripe.readEnvelope(body)).toMatchObject({ kind: "refused", code: "body_not_json" });
});

test.each([
  ["null", null],
  ["an array of events", [paid]],
  ["a string", "evt_1"],
  ["an empty object", {}],
  ["a bare invoice", paid.data.object],
  ["a bare payout, which has a type of its own", fixture("payout.paid/november").data.object],
  ["a list of events", { object: "list", data: [paid], has_more: false }],
  ["no id", { ...paid, id: undefined }],
  ["no type", { ...paid, type: undefined }],
  ["an id that is a number", { ...paid, id: 7 }],
  ["an empty id", { ...paid, id: "" }],
  ["an id with NUL", { ...paid, id: "evt_\u0000" }],
  ["an id with a lone surrogate", { ...paid, id: "evt_\ud800" }],
  ["an id of 256", { ...paid, id: "e".repeat(256) }],
  ["a type with NUL", { ...paid, type: "invoice.paid\u0000" }],
  ["a type that is an object", { ...paid, type: {} }],
  ["an account that is no text: whose event is it?", { ...paid, account: 7 }],
  ["an account with NUL", { ...paid, account: "acct_\u0000" }],
  ["Paddle's words", { event_id: "evt_1", event_type: "transaction.paid", data: {} }],
])("%s is no envelope", (_, event) => {
  expect(stripe.readEnvelope(bytesOf(event))).toMatchObject({ kind: "refused", code: "envelope_invalid" });
});

test.each([
  ["no data", { ...paid, data: undefined }],
  ["data that is null", { ...paid, data: null }],
  ["no word that it is an event", { ...paid, object: undefined }],
  ["an account that is null", { ...paid, account: null }],
  ["an id of our own, for what was imported", { ...paid, id: "bt:txn_1" }],
])("%s is one", (_, event) => {
  expect(stripe.readEnvelope(bytesOf(event)).kind).toBe("envelope");
});

test.each([[undefined], [null], ["yesterday"], [-1], [1.5], [2 ** 60], [9_300_000_000], [{}]])(
  "a time of %j cannot be read, and is left to be parked",
  (created) => {
    const event = { ...paid, created };
    expect(stripe.readEnvelope(bytesOf(event))).toMatchObject({ occurredAt: null });
    expect(normalised(event)).toMatchObject({ kind: "parked", reason: "time_invalid" });
  },
);

test("what two deliveries must agree on is the object alone", () => {
  const contentOf = (event: unknown) => {
    const envelope = stripe.readEnvelope(bytesOf(event));
    return envelope.kind === "envelope" ? stripe.contentOf(envelope) : envelope;
  };
  expect(contentOf({ ...paid, pending_webhooks: 7 })).toEqual(paid.data.object);
  expect(contentOf({ ...paid, data: null })).toBeNull();
});
