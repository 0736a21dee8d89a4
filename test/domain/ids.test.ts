import {
  chargeId,
  discrepancyId,
  entryId,
  eventId,
  lotId,
  messageId,
  movementId,
  payoutId,
  walletId,
} from "../../src/domain/ids.ts";

const key = { provider: "paddle", account: "default", ref: "txn_1" } as const;
const wallet = walletId("acme", "USD");

// These are stored in every database there is: a change here makes every known document a new one.
test.each([
  ["an event", eventId(key, "evt_1"), "paddle:default:evt_1"],
  ["a charge", chargeId(key), "chg_6b5e7f031adbad53bc6ba55b"],
  ["a movement", movementId(key), "mov_6b5e7f031adbad53bc6ba55b"],
  ["a payout", payoutId(key), "pay_6b5e7f031adbad53bc6ba55b"],
  ["a wallet", wallet, "wal_8c998803f8549369e33e058f"],
  ["an entry", entryId(wallet, 1), "wal_8c998803f8549369e33e058f.1"],
  ["a lot", lotId(wallet, 1), "wal_8c998803f8549369e33e058f.lot1"],
  ["a discrepancy", discrepancyId("collected_differs", chargeId(key)), "dis_fd5ff0cbe6eba0e2c87cf4fa"],
  [
    "a message",
    messageId("charge.settled", chargeId(key), 1),
    "chg_6b5e7f031adbad53bc6ba55b.charge.settled.1",
  ],
])("%s is named by what it is, for ever", (_, id, name) => {
  expect(id).toBe(name);
});

test.each([
  ["another ref", { ...key, ref: "txn_2" }],
  ["another account", { ...key, account: "second" }],
  ["another provider", { ...key, provider: "stripe" as const }],
  ["a boundary moved from one part to the next", { ...key, account: "defaul", ref: "ttxn_1" }],
])("%s is another charge", (_, other) => {
  expect(chargeId(other)).not.toBe(chargeId(key));
});

test("an owner has one wallet per currency", () => {
  expect(walletId("acme", "USD")).toBe(walletId("acme", "USD"));
  expect(walletId("acme", "USD")).not.toBe(walletId("acme", "EUR"));
  expect(walletId("acme", "USD")).not.toBe(walletId("acmeU", "SD"));
});
