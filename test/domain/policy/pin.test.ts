import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { ownerOf } from "../../../src/domain/policy/owner.ts";
import { settledAt } from "../../../src/domain/policy/pin.ts";
import { defaultPolicy, type Policy } from "../../../src/domain/policy/policy.ts";
import { walletId } from "../../support/wallet-ids.ts";
import { Desk, day, document, foldFacts, keyOf, line, movement, policyOf, seed } from "../build.ts";

const paidIsEnough: Policy = { ...defaultPolicy, settleOn: { paddle: "paid", stripe: "paid" } };

describe("when a Paddle transaction settles", () => {
  const free = { lines: [line("a", 0n, { discount: 1000n })] };
  const negative = { lines: [line("a", 500n), line("b", -1894n)] };
  test.each<[string, Policy, ChargeFact[], number | null]>([
    ["billed: not yet", defaultPolicy, [document({ stage: "open" })], null],
    ["paid: not yet", defaultPolicy, [document({ stage: "paid" })], null],
    ["completed", defaultPolicy, [document({ on: 3 })], 3],
    ["completed, said twice: the first time", defaultPolicy, [document({ on: 4 }), document({ on: 3 })], 3],
    ["paid, if the policy says that paid is enough", paidIsEnough, [document({ stage: "paid", on: 2 })], 2],
    [
      "… from then, though completed came later",
      paidIsEnough,
      [document({ stage: "paid", on: 2 }), document({ on: 3 })],
      2,
    ],
    ["… and completed alone is paid too", paidIsEnough, [document({ on: 3 })], 3],
    ["paid with nothing to pay", defaultPolicy, [document({ stage: "paid", on: 2, ...free })], 2],
    [
      "a negative document, which is never completed",
      defaultPolicy,
      [document({ stage: "paid", on: 2, ...negative })],
      2,
    ],
    ["canceled: never", defaultPolicy, [document({ stage: "void" })], null],
    ["only movements are known: not yet", defaultPolicy, [movement(5n)], null],
  ])("%s", (_, policy, facts, on) => {
    expect(settledAt(foldFacts(keyOf("txn_1"), facts), policy)).toBe(on === null ? null : day(on));
  });
});

describe("whose wallet it is", () => {
  const paths: Policy = {
    ...defaultPolicy,
    ownerFrom: { paddle: ["custom_data.team", "custom_data.owner"], stripe: [] },
  };
  const facts = (metadata: Record<string, string>, customerRef: string | null = "ctm_1") =>
    foldFacts(keyOf("txn_1"), [document({ metadata, customerRef })]);
  test.each<[string, ReturnType<typeof facts>, Policy, string | undefined, string | null]>([
    ["a link comes before all", facts({ team: "t" }), paths, "acme", "acme"],
    ["then the first path that names one", facts({ team: "t", owner: "o" }), paths, undefined, "t"],
    ["a path that names nobody is passed over", facts({ team: "", owner: "o" }), paths, undefined, "o"],
    ["then the customer", facts({}), paths, undefined, "paddle:ctm_1"],
    [
      "metadata is not looked at unless the policy says so",
      facts({ owner: "o" }),
      defaultPolicy,
      undefined,
      "paddle:ctm_1",
    ],
    [
      "a key that every object inherits names nobody",
      facts({}),
      { ...paths, ownerFrom: { paddle: ["custom_data.constructor"], stripe: [] } },
      undefined,
      "paddle:ctm_1",
    ],
    ["nobody is known", facts({}, null), defaultPolicy, undefined, null],
  ])("%s", (_, charge, policy, linked, owner) => {
    expect(ownerOf(charge, policy, linked)).toBe(owner);
  });
});

describe("pinned when it first settles", () => {
  test("a policy that changes afterwards changes nothing, also for what comes later", () => {
    const desk = new Desk().tell(seed()).change(policyOf({}, { effect: "none" }));
    desk.tell(movement(250n));
    expect(desk.record()).toMatchObject({ toppedUp: 499n, takenBack: 250n });
    expect(desk.record().pin?.policyVersion).toBe(1);
  });

  test("one that changes before it settles is the one that counts", () => {
    const desk = new Desk()
      .tell(seed({ stage: "paid" }))
      .change(policyOf({}, { effect: "none" }))
      .tell(seed({ on: 2 }));
    expect(desk.record()).toMatchObject({ toppedUp: 0n, pin: { policyVersion: 2 } });
  });

  test("a line that appears later follows the pinned version", () => {
    const seats = policyOf({ pri_seat: { effect: "none" } });
    const desk = new Desk(seats).tell(document({ lines: [line("a", 1000n)] })).change(defaultPolicy);
    desk.tell(document({ on: 2, lines: [line("a", 1000n), line("late", 500n, { priceRef: "pri_seat" })] }));
    expect(desk.record().toppedUp).toBe(1000n);
  });

  test("a link made afterwards moves nothing by itself", () => {
    const desk = new Desk().tell(seed()).link("ctm_1", "acme").tell(movement(250n));
    expect(desk.record().pin?.owner).toBe("paddle:ctm_1");
    expect(desk.wallet().paid).toBe(249n);
  });

  test("without a customer nothing is topped up until one is known; then all of it, less what went back", () => {
    const unknown = { customerRef: null };
    const desk = new Desk().tell(seed(unknown), movement(250n, unknown));
    expect(desk.record()).toMatchObject({
      toppedUp: 0n,
      takenBack: 0n,
      pin: { owner: null, walletId: null },
    });
    expect(desk.ledger()["revenue:sales"]).toBe(-1666n);
    desk.tell(seed({ on: 3 }));
    expect(desk.record()).toMatchObject({ toppedUp: 499n, takenBack: 250n, pin: { owner: "paddle:ctm_1" } });
    expect(desk.wallet().paid).toBe(249n);
  });

  test("a customer that was linked before gets it at once", () => {
    const desk = new Desk().link("ctm_1", "acme").tell(seed());
    expect(desk.wallet(walletId("acme", "USD")).paid).toBe(499n);
  });
});
