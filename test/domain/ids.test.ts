import fc from "fast-check";
import {
  chargeId,
  discrepancyId,
  entryId,
  eventId,
  idsOfRef,
  lotId,
  messageId,
  movementId,
  payoutId,
  WalletIds,
} from "../../src/domain/ids.ts";

const key = { provider: "paddle", account: "default", ref: "txn_1" } as const;
const wallets = new WalletIds("of-one-installation");
const wallet = wallets.of("acme", "USD");

// These are stored in every database there is: a change here makes every known document a new one.
test.each([
  ["an event", eventId(key, "evt_1"), "paddle:default:evt_1"],
  ["a charge", chargeId(key), "chg_txn_1~paddle"],
  ["a movement", movementId(key), "mov_txn_1~paddle"],
  ["a payout", payoutId(key), "pay_txn_1~paddle"],
  ["a wallet", wallet, "wal_fecf5dcc2b9d35e93ddc36b9"],
  ["an entry", entryId(wallet, 1), "wal_fecf5dcc2b9d35e93ddc36b9.1"],
  ["a lot", lotId(wallet, 1), "wal_fecf5dcc2b9d35e93ddc36b9.lot1"],
  ["a discrepancy", discrepancyId("collected_differs", chargeId(key)), "dis_d73b69e12aae7726aee790ac"],
  ["a message", messageId("charge.settled", chargeId(key), 1), "chg_txn_1~paddle.charge.settled.1"],
  ["of a named account", chargeId({ ...key, account: "acct_1-eu" }), "chg_txn_1~paddle~acct_1-eu"],
  ["of an app's own provider", chargeId({ ...key, provider: "orchard" }), "chg_txn_1~orchard"],
  ["a ref with other signs", chargeId({ ...key, ref: "txn-1" }), "chg_h-d2a542da32960001a3cf2f1d~paddle"],
  [
    "an account with other signs",
    chargeId({ ...key, account: "acme.eu" }),
    "chg_txn_1~paddle~h-6a5e7a0e28ce961bfc453e99",
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

describe("ids of what a provider names", () => {
  const sign = fc.constantFrom(
    "a",
    "Z",
    "0",
    "_",
    "-",
    "~",
    ".",
    ":",
    "/",
    " ",
    "\u0000",
    "é",
    "h-",
    "default",
  );
  const name = fc.oneof(
    fc.array(sign, { maxLength: 5 }).map((signs) => signs.join("")),
    fc.constantFrom("a".repeat(64), "a".repeat(65), "h-9b7d"),
  );
  const keys = fc.record({ provider: name, account: name, ref: name });

  test("two have the same id only if ref, provider and account are the same", () => {
    fc.assert(
      fc.property(keys, keys, fc.constantFrom("ref", "provider", "account"), (one, other, part) => {
        const near = { ...one, [part]: other[part] };
        // What one is called in an id may be what another is called by its provider.
        const [, spelledRef = "", spelledProvider = ""] = /^chg_(.*?)~(.*)$/s.exec(chargeId(other)) ?? [];
        for (const candidate of [
          other,
          near,
          { ...one, ref: spelledRef },
          { ...one, provider: spelledProvider },
        ])
          expect(chargeId(candidate) === chargeId(one)).toBe(
            candidate.ref === one.ref &&
              candidate.provider === one.provider &&
              candidate.account === one.account,
          );
      }),
    );
  });

  test("stand in an address, a file's name and a pattern of words as they are, and in no other's list", () => {
    fc.assert(
      fc.property(keys, keys, (key, other) => {
        const id = chargeId(key);
        expect(id).toMatch(/^chg_[\w-]+~[\w-]+(~[\w-]+)?$/);
        expect(encodeURIComponent(id)).toBe(id);
        const { from, before } = idsOfRef("chg", other.ref);
        expect(from <= id && id < before).toBe(key.ref === other.ref);
      }),
    );
  });
});

test("an owner has one wallet per currency", () => {
  expect(wallets.of("acme", "USD")).toBe(wallet);
  expect(wallets.of("acme", "EUR")).not.toBe(wallet);
  expect(wallets.of("acmeU", "SD")).not.toBe(wallet);
});

test("another installation's wallet of the same owner has another id: who has one learns no owner from it", () => {
  expect(new WalletIds("of-another-installation").of("acme", "USD")).not.toBe(wallet);
});
