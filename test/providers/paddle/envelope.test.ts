import { paddle } from "../../../src/providers/paddle/paddle.ts";
import { bytesOf, fixture } from "./bodies.ts";

const seed = fixture("transaction.completed/seed");

test("an event's envelope: its id, its type, its time to the nanosecond, and its data as sent", () => {
  expect(paddle.readEnvelope(bytesOf(seed))).toEqual({
    kind: "envelope",
    providerEventId: "evt_abc123",
    type: "transaction.completed",
    occurredAt: 1_697_626_593_696_554_000n,
    apiVersion: null,
    livemode: null,
    account: null,
    data: seed.data,
  });
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["text", Buffer.from("hello")],
  ["half of a body", bytesOf(seed).subarray(0, 500)],
  ["a form", Buffer.from("event_id=evt_1&event_type=transaction.completed")],
  ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22])],
  ["Latin-1", Buffer.from('{"event_id":"é"}', "latin1")],
  ["gzip", Buffer.from([0x1f, 0x8b, 0x08, 0x00])],
  ["a bare NaN", Buffer.from('{"event_id":NaN}')],
])("%s is not JSON", (_, body) => {
  expect(paddle.readEnvelope(body)).toMatchObject({ kind: "refused", code: "body_not_json" });
});

test.each([
  ["null", null],
  ["an array of events", [seed]],
  ["a string", "evt_1"],
  ["a number", 1],
  ["an empty object", {}],
  ["a bare transaction", seed.data],
  ["no event id", { ...seed, event_id: undefined }],
  ["no type", { ...seed, event_type: undefined }],
  ["an id that is a number", { ...seed, event_id: 7 }],
  ["an id that is null", { ...seed, event_id: null }],
  ["an empty id", { ...seed, event_id: "" }],
  ["a blank id", { ...seed, event_id: "   " }],
  ["an id with NUL", { ...seed, event_id: "evt_\u0000" }],
  ["an id with a line feed", { ...seed, event_id: "evt_1\n" }],
  ["an id with a delete character", { ...seed, event_id: "evt_\u007f" }],
  ["an id with a lone surrogate", { ...seed, event_id: "evt_\ud800" }],
  ["an id with a direction mark", { ...seed, event_id: "evt_\u202e1" }],
  ["an id of 256", { ...seed, event_id: "e".repeat(256) }],
  ["a type with NUL", { ...seed, event_type: "transaction.completed\u0000" }],
  ["a type that is an object", { ...seed, event_type: {} }],
  ["Stripe's words", { id: "evt_1", type: "invoice.paid", data: { object: {} } }],
])("%s is no envelope", (_, event) => {
  expect(paddle.readEnvelope(bytesOf(event))).toMatchObject({ kind: "refused", code: "envelope_invalid" });
});

test.each([
  ["an id of 255", { ...seed, event_id: "e".repeat(255) }],
  ["an id in another script", { ...seed, event_id: "evt_日本" }],
  ["no notification id, as in a list of events", { ...seed, notification_id: undefined }],
  ["no data", { ...seed, data: undefined }],
])("%s is one", (_, event) => {
  expect(paddle.readEnvelope(bytesOf(event)).kind).toBe("envelope");
});

test.each([
  [undefined],
  [null],
  [1_697_626_593],
  ["yesterday"],
  ["2023-10-18"],
  ["2023-02-30T00:00:00Z"],
  ["0001-01-01T00:00:00Z"],
  [""],
])("a time of %j cannot be read, and is left to be parked", (occurredAt) => {
  expect(paddle.readEnvelope(bytesOf({ ...seed, occurred_at: occurredAt }))).toMatchObject({
    occurredAt: null,
  });
});

test("`__proto__` in a body is a key like any other", () => {
  const body = Buffer.from('{"__proto__":{"event_id":"evt_1","event_type":"transaction.completed"}}');
  expect(paddle.readEnvelope(body)).toMatchObject({ code: "envelope_invalid" });
});

test("of a key that occurs twice the last one counts, as everywhere in JavaScript", () => {
  const body = Buffer.from('{"event_id":"evt_1","event_id":"evt_2","event_type":"x.y","data":{}}');
  expect(paddle.readEnvelope(body)).toMatchObject({ providerEventId: "evt_2" });
});
