import type { LimitId, UsageId } from "../../../src/domain/ids.ts";
import { Bill } from "../../../src/domain/spending/apply-usage.ts";
import { costOfAmount } from "../../../src/domain/spending/decimal.ts";
import { openHold, withHold } from "../../../src/domain/spending/hold.ts";
import { isOf, type Limit, periodOf, tightest, within } from "../../../src/domain/spending/limit.ts";
import { reverseUsage } from "../../../src/domain/spending/reverse-usage.ts";
import { happenedAt } from "../../../src/domain/spending/usage.ts";
import { type Instant, parseInstant } from "../../../src/domain/time.ts";
import { emptyWallet, type Wallet } from "../../../src/domain/wallet/wallet.ts";
import { withoutCharge } from "../../../src/domain/wallet/wallet-change.ts";
import { walletId } from "../../support/wallet-ids.ts";

const at = (text: string): Instant => parseInstant(text.includes("T") ? text : `${text}T00:00:00Z`) ?? 0n;
const acme = walletId("acme", "USD");
const now = at("2026-03-29T12:00:00Z");

function limit(of: Partial<Limit> = {}): Limit {
  return {
    walletId: acme,
    ordinal: 1,
    id: "cap" as LimitId,
    meter: null,
    member: null,
    period: "day",
    zone: "UTC",
    amount: 100n,
    startsAt: at("2026-03-01"),
    settings: 1,
    setAt: at("2026-03-01"),
    endedAt: null,
    counts: new Map(),
    ...of,
  };
}

const spent = { meter: "jobs", member: "ann", at: now };

test.each([
  ["all that is spent", {}, true],
  ["its meter", { meter: "jobs" }, true],
  ["another meter", { meter: "calls" }, false],
  ["its member", { member: "ann" }, true],
  ["another member", { member: "bob" }, false],
  ["its meter by another member", { meter: "jobs", member: "bob" }, false],
  ["what comes after it was spent", { startsAt: now + 1n }, false],
])("a limit of %s", (_, of, expected) => {
  expect(isOf(limit(of), spent)).toBe(expected);
});

test.each([
  ["day", "UTC", "2026-03-29T12:00:00Z", "2026-03-29T00:00:00Z"],
  ["month", "UTC", "2026-03-29T12:00:00Z", "2026-03-01T00:00:00Z"],
  ["total", "UTC", "2026-03-29T12:00:00Z", "2026-03-01T00:00:00Z"],
  // The clocks went forward that night.
  ["day", "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z"],
  ["day", "Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z"],
  ["month", "Pacific/Kiritimati", "2026-03-31T10:00:00Z", "2026-03-31T10:00:00Z"],
  ["day", "UTC", "2026-03-29T00:00:00Z", "2026-03-29T00:00:00Z"],
] as const)("a %s in %s that %s is in began %s", (period, zone, moment, begin) => {
  expect(periodOf(limit({ period, zone }), at(moment))).toBe(at(begin));
});

test("what is left is covered, the tightest limit keeps the rest, and of two alike the first by its id", () => {
  const day = periodOf(limit(), now);
  const used = limit({ counts: new Map([[day, 70n]]) });
  const other = limit({ id: "also" as LimitId, ordinal: 2, amount: 30n });
  expect(within([used], spent, 20n)).toEqual({ covered: 20n, limited: 0n, limitId: null });
  expect(within([used], spent, 50n)).toEqual({ covered: 30n, limited: 20n, limitId: "cap" });
  expect(tightest([used, other], spent)).toEqual({ limitId: "also", left: 30n });
  expect(within([limit({ amount: 10n, counts: new Map([[day, 70n]]) })], spent, 5n).covered).toBe(0n);
  expect(within([limit({ amount: 0n, endedAt: now })], spent, 5n).covered).toBe(5n);
  expect(within([limit({ amount: 0n })], null, 5n).covered).toBe(5n);
});

test.each([
  [null, "2026-03-29T12:00:00Z"],
  ["2026-03-20", "2026-03-20"],
  ["2026-04-01", "2026-03-29T12:00:00Z"],
])("usage told of now that says %s happened %s", (said, expected) => {
  const occurredAt = said === null ? null : at(said);
  expect(happenedAt({ occurredAt, appliedAt: now })).toBe(at(expected));
});

describe("a wallet's limit", () => {
  const lot = {
    id: `${acme}.lot1` as never,
    ordinal: 1,
    walletId: acme,
    openedBy: 1,
    kind: "paid" as const,
    chargeId: null,
    amount: 500n,
    remaining: 500n,
    expired: 0n,
    priority: 0,
    expiresAt: null,
  };
  const wallet: Wallet = {
    ...emptyWallet(acme, "acme", "USD"),
    paid: 500n,
    lotCount: 1,
    lots: [lot],
    limits: [limit()],
  };
  const counted = ({ limits: [one] }: Wallet) => one?.counts.get(at("2026-03-29")) ?? 0n;
  const cause = { ...withoutCharge(now, "test"), reason: "test" };

  test("counts what a hold reserves while it is open", () => {
    const terms = { amount: 60n, meter: null, quantity: null, member: "ann", now, expiresAt: now + 1n };
    const held = openHold(wallet, terms);
    expect(counted(held.wallet)).toBe(60n);
    const released = { ...held.hold, status: "released" as const };
    expect(counted(withHold(held.wallet, held.hold, released))).toBe(0n);
  });

  test("counts what was covered, until it is given back", () => {
    const bill = new Bill(wallet, now);
    const metered = { meter: "jobs", quantity: "1", price: "150" };
    const item = {
      id: "a" as UsageId,
      metered,
      member: "ann",
      occurredAt: null,
      cost: costOfAmount(150n),
      spent,
    };
    const usage = bill.add(item);
    expect(usage).toMatchObject({
      requested: 150n,
      covered: 100n,
      uncovered: 50n,
      limited: 50n,
      limitId: "cap",
    });
    if (usage === null) throw new Error("It fits.");
    const closed = bill.close(cause);
    if (!("line" in closed)) throw new Error("It was requested.");
    expect(counted(closed.wallet)).toBe(100n);
    const asked = { usage, lender: null, lines: [closed.line], holdOf: () => undefined };
    const { change } = reverseUsage(closed.wallet, cause, asked);
    expect(counted("line" in change ? change.wallet : change)).toBe(0n);
  });
});
