import fc from "fast-check";
import type { HoldId, LimitId, UsageId } from "../../../src/domain/ids.ts";
import { parseInstant } from "../../../src/domain/time.ts";
import { audit } from "../../../src/services/audit/audit.ts";
import { debitByHand, grantByHand } from "../../../src/services/spending/book-by-hand.ts";
import { quote } from "../../../src/services/spending/dry-run.ts";
import { enoughBalance } from "../../../src/services/spending/enough-balance.ts";
import {
  type HoldRequest,
  placeHold,
  releaseHold,
  settleHold,
} from "../../../src/services/spending/holds.ts";
import { type LimitRequest, removeLimit, setLimit } from "../../../src/services/spending/set-limit.ts";
import { sweep } from "../../../src/services/spending/sweep.ts";
import { reverseUsage } from "../../../src/services/spending/usage.ts";
import { openWallet } from "../../../src/services/spending/wallets.ts";
import { limitStanding } from "../../../src/store/wallets/read/limits.ts";
import { engines } from "../../support/engines.ts";
import { propertyRuns } from "../../support/property-runs.ts";
import { type Composed, closeAll } from "../composed.ts";
import { execute } from "../planted-trigger.ts";
import { acme, metered, problems, usageOf, use, walletOf, withValue } from "./spending.ts";

afterEach(closeAll);

const day = 86_400;
const capped = "cap" as LimitId;

const limit = ({ tallyhook }: Composed, of: Partial<LimitRequest> = {}) =>
  setLimit(tallyhook.services, {
    id: capped,
    owner: "acme",
    currency: "USD",
    meter: null,
    member: null,
    period: "day",
    zone: "UTC",
    amount: 300n,
    from: null,
    ...of,
  });

const standing = ({ tallyhook: { services }, clock }: Composed, id: LimitId = capped) =>
  limitStanding(services.store.read, id, clock.now());

const place = ({ tallyhook }: Composed, amount: bigint, of: Partial<HoldRequest> = {}) =>
  placeHold(tallyhook.services, {
    payer: { owner: "acme" },
    reserved: { amount },
    currency: "USD",
    expiresInSeconds: 3_600,
    ...of,
  });

async function held(books: Composed, amount: bigint, of: Partial<HoldRequest> = {}): Promise<HoldId> {
  const placed = await place(books, amount, of);
  if (placed.kind !== "placed") throw new Error(placed.kind);
  return placed.hold.id;
}

let ids = 0;

/** So many units of usage: what was covered, and what a limit kept. */
async function spend(books: Composed, units: number, of: Parameters<typeof usageOf>[1] = {}) {
  const [result] = await use(
    books,
    usageOf(`limited${++ids}`, { meter: "jobs", quantity: (units / 100).toFixed(2), ...of }),
  );
  if (result?.outcome !== "applied") throw new Error(JSON.stringify(result));
  const { covered, uncovered, limited, limitId } = result.usage;
  return `${covered} ${uncovered} ${limited} ${limitId ?? ""}`;
}

describe.each(engines)("limits on $name", ({ freshDatabaseUrl }) => {
  let books: Composed;
  let url: string;
  const begin = async (value = 1_000n) => {
    url = await freshDatabaseUrl();
    books = await metered(url);
    await withValue(books, value);
  };
  const at = (text: string) => parseInstant(text) ?? 0n;

  test("what a limit keeps is uncovered and told as limited, by the tightest; the next period begins anew", async () => {
    await begin();
    await limit(books);
    await limit(books, { id: "month" as LimitId, period: "month", amount: 500n });
    expect(await spend(books, 200)).toBe("200 0 0 ");
    expect(await spend(books, 200)).toBe("100 100 100 cap");
    expect(await standing(books)).toMatchObject({ counted: 300n, left: 0n });
    books.clock.advance(day);
    expect(await standing(books)).toMatchObject({ counted: 0n, left: 300n });
    expect(await spend(books, 250)).toBe("200 50 50 month");
    expect(await walletOf(books)).toMatchObject({ paid: 500n, recovery: 0n });
    expect(await problems(books)).toEqual([]);
  });

  test("what the balance lacks is not the limit's doing", async () => {
    await begin(100n);
    await limit(books, { amount: 30n });
    expect(await spend(books, 150)).toBe("30 120 70 cap");
    expect(await spend(books, 100)).toBe("0 100 70 cap");
    await limit(books, { amount: 200n });
    expect(await spend(books, 100)).toBe("70 30 0 ");
    expect(await problems(books)).toEqual([]);
  });

  test("of a meter and of a member: only what is theirs is counted and kept", async () => {
    await begin();
    await limit(books, { meter: "jobs", member: "ann", amount: 150n });
    expect(await spend(books, 100, { member: "ann" })).toBe("100 0 0 ");
    expect(await spend(books, 100, { member: "bob" })).toBe("100 0 0 ");
    expect(await spend(books, 100)).toBe("100 0 0 ");
    expect(await place(books, 100n, { member: "ann" })).toMatchObject({ kind: "placed" });
    expect(await spend(books, 100, { member: "ann" })).toBe("50 50 50 cap");
    const ask = (member?: string) =>
      enoughBalance(books.tallyhook.services, {
        payer: { owner: "acme" },
        wanted: { meter: "jobs" },
        currency: "USD",
        ...(member && { member }),
      });
    expect(await ask("ann")).toMatchObject({ enough: false, shortfall: 0n, limited: 100n, limitLeft: 0n });
    expect(await ask("bob")).toMatchObject({ enough: true, limited: 0n, limitId: null, limitLeft: null });
    expect(await problems(books)).toEqual([]);
  });

  test("a hold counts whole until it is closed, and its settlement in the period it was placed in", async () => {
    await begin();
    books.clock.advance(day / 2);
    await limit(books);
    const hold = await held(books, 250n, { expiresInSeconds: day });
    expect(await place(books, 100n)).toEqual({
      kind: "limit_reached",
      available: 750n,
      limited: 50n,
      limitId: "cap",
      left: 50n,
    });
    expect(await spend(books, 60)).toBe("50 10 10 cap");
    const { services } = books.tallyhook;
    const asked = { payer: { owner: "acme" }, wanted: { amount: 1n }, currency: "USD" };
    expect(await enoughBalance(services, asked)).toMatchObject({ enough: false, limited: 1n, limitLeft: 0n });
    expect(await quote(services, asked)).toMatchObject({ covered: 0n, uncovered: 1n, limited: 1n });
    books.clock.advance(day / 2);
    await releaseHold(services, await held(books, 300n));
    const settled = await settleHold(services, hold, { amount: 260n });
    // 250 of its own day were its own: that day has no more.
    expect(settled).toMatchObject({ usage: { covered: 250n, limited: 10n, limitId: "cap" } });
    expect(await standing(books)).toMatchObject({ counted: 0n, left: 300n });
    expect(await problems(books)).toEqual([]);
  });

  test("a reversal gives back to the period of its usage", async () => {
    await begin();
    await limit(books, { period: "month", amount: 200n });
    const occurredAt = books.clock.now();
    await use(books, usageOf("first", { meter: "jobs", quantity: 2 }));
    books.clock.advance(31 * day);
    expect(await spend(books, 150)).toBe("150 0 0 ");
    await reverseUsage(books.tallyhook.services, { id: "first" as UsageId, reason: "test" });
    expect(await standing(books)).toMatchObject({ counted: 150n });
    expect(await spend(books, 300, { occurredAt })).toBe("200 100 100 cap");
    expect(await problems(books)).toEqual([]);
  });

  test("a period is that of when it happened, at the latest now, and begins where its zone says", async () => {
    await begin();
    await limit(books, { zone: "Europe/Berlin" });
    // It is midnight in UTC, and one o'clock in Berlin.
    expect(await standing(books)).toMatchObject({ periodAt: at("2026-01-04T23:00:00Z") });
    expect(await spend(books, 300, { occurredAt: at("2026-01-04T23:00:00Z") })).toBe("300 0 0 ");
    expect(await spend(books, 1, { occurredAt: at("2026-02-01T00:00:00Z") })).toBe("0 1 1 cap");
    // Before the limit's first day nothing is kept.
    expect(await spend(books, 100, { occurredAt: at("2026-01-04T22:59:59Z") })).toBe("100 0 0 ");
    expect(await problems(books)).toEqual([]);
  });

  test("a new one counts from the beginning of its period, total from now or from when it says", async () => {
    await begin();
    await spend(books, 100);
    await held(books, 50n);
    books.clock.advance(60);
    await limit(books);
    await limit(books, { id: "all" as LimitId, period: "total" });
    await limit(books, { id: "since" as LimitId, period: "total", from: at("2026-01-01T00:00:00Z") });
    expect(await standing(books)).toMatchObject({ counted: 150n, left: 150n });
    expect(await standing(books, "all" as LimitId)).toMatchObject({ counted: 0n });
    expect(await standing(books, "since" as LimitId)).toMatchObject({ counted: 150n });
    expect(await problems(books)).toEqual([]);
  });

  test("lowered it leaves nothing, raised it goes on counting; other terms begin anew; removed it keeps nothing", async () => {
    await begin();
    await limit(books);
    await spend(books, 200);
    await limit(books, { amount: 100n });
    expect(await standing(books)).toMatchObject({ counted: 200n, left: 0n });
    expect(await spend(books, 10)).toBe("0 10 10 cap");
    await limit(books, { amount: 210n });
    expect(await spend(books, 20)).toBe("10 10 10 cap");
    await limit(books, { meter: "calls", amount: 0n });
    expect(await spend(books, 20)).toBe("20 0 0 ");
    expect(await limit(books, { owner: "globex" })).toEqual({ kind: "limit_elsewhere" });
    const { services } = books.tallyhook;
    expect(await removeLimit(services, capped)).toMatchObject({ kind: "removed" });
    expect(await removeLimit(services, capped)).toEqual({ kind: "limit_unknown" });
    expect(await limit(books, { owner: "globex" })).toMatchObject({ kind: "set" });
    expect(await problems(books)).toEqual([]);
  });

  test("debits by hand do not count", async () => {
    await begin();
    await limit(books);
    await debitByHand(books.tallyhook.services, { walletId: acme, amount: 400n, reason: "test" });
    expect(await standing(books)).toMatchObject({ counted: 0n });
    expect(await problems(books)).toEqual([]);
  });

  test("the audit finds whatever is changed of what limits counted, allowed and kept", async () => {
    await begin();
    await limit(books);
    books.clock.advance(1);
    await spend(books, 400);
    expect(await problems(books)).toEqual([]);
    for (const [change, undo] of [
      ["limit_counts set counted = counted + 1", "limit_counts set counted = counted - 1"],
      ["limit_amounts set amount = 299", "limit_amounts set amount = 300"],
      ["limits set amount = 301", "limits set amount = 300"],
      ["usage set limited = 99", "usage set limited = 100"],
      ["usage set limited = 0, limit_id = null", "usage set limited = 100, limit_id = 'cap'"],
      ["usage set limit_id = 'other'", "usage set limit_id = 'cap'"],
      ["wallets set limit_count = 2", "wallets set limit_count = 1"],
    ] as const) {
      await execute(url, `update ${change}`);
      const { ok } = await audit(books.tallyhook.services);
      expect({ change, ok }).toEqual({ change, ok: false });
      await execute(url, `update ${undo}`);
    }
    expect(await problems(books)).toEqual([]);
  });

  test("in any order of usage, holds, reversals and new amounts the books say what a model of ten lines does", async () => {
    await begin(100_000n);
    const { services } = books.tallyhook;
    const runs = propertyRuns(6);
    const steps = fc.array(
      fc.record({
        do: fc.constantFrom("use", "late", "hold", "settle", "release", "reverse", "set", "wait", "sweep"),
        units: fc.integer({ min: 1, max: 120 }),
        which: fc.nat(20),
      }),
      { minLength: 5, maxLength: 25 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        run += 1;
        const payer = { owner: `owner${run}` };
        const id = `limit${run}` as LimitId;
        const amounts = { amount: 200n };
        const set = () =>
          limit(books, { id, owner: payer.owner, amount: amounts.amount, zone: "Asia/Tokyo" });
        await withValueOf(payer.owner);
        await set();
        /** What is counted, by what counts it; each with its day in Tokyo. */
        const usage: { id: UsageId; covered: bigint; day: bigint }[] = [];
        const holds: { id: HoldId; amount: bigint; day: bigint; until: bigint; state: string }[] = [];
        const dayOf = (moment: bigint) => (moment + 9n * 3_600_000_000_000n) / 86_400_000_000_000n;
        const counted = (day: bigint, but?: object) =>
          [
            ...usage,
            ...holds
              .filter(({ state }) => state === "open")
              .map((hold) => ({ ...hold, covered: hold.amount, own: hold })),
          ]
            .filter((one) => one.day === day && !("own" in one && one.own === but))
            .reduce((total, { covered }) => total + covered, 0n);
        const left = (day: bigint, but?: object) => {
          const rest = amounts.amount - counted(day, but);
          return rest > 0n ? rest : 0n;
        };
        const first = dayOf(books.clock.now());
        const least = (a: bigint, b: bigint) => (a < b ? a : b);
        for (const { do: step, units, which } of taken) {
          const now = books.clock.now();
          const amount = BigInt(units);
          const hold = holds[which % Math.max(holds.length, 1)];
          if (step === "use" || step === "late") {
            const occurredAt = step === "late" ? now - BigInt(which) * 14_400_000_000_000n : null;
            const day = dayOf(occurredAt ?? now);
            const expected = day < first ? amount : least(amount, left(day));
            const event = usageOf(`r${run}-${usage.length}-${ids++}`, {
              payer,
              meter: "jobs",
              quantity: (units / 100).toFixed(2),
              occurredAt,
            });
            const [result] = await use(books, event);
            expect(result).toMatchObject({
              usage: { requested: amount, covered: expected, limited: amount - expected },
            });
            if (day >= first) usage.push({ id: event.id, covered: expected, day });
          } else if (step === "hold") {
            const day = dayOf(now);
            const result = await place(books, amount, { payer, expiresInSeconds: 7_200 });
            expect(result.kind).toBe(left(day) >= amount ? "placed" : "limit_reached");
            if (result.kind === "placed")
              holds.push({ id: result.hold.id, amount, day, until: now + 7_200_000_000_000n, state: "open" });
          } else if (
            step === "settle" &&
            hold !== undefined &&
            !["settled", "released"].includes(hold.state)
          ) {
            const expected = least(amount, left(hold.day, hold));
            const result = await settleHold(services, hold.id, { amount });
            expect(result).toMatchObject({ kind: "settled", usage: { covered: expected } });
            hold.state = "settled";
            usage.push({ id: hold.id as string as UsageId, covered: expected, day: hold.day });
          } else if (step === "release" && hold?.state === "open") {
            await releaseHold(services, hold.id);
            hold.state = now >= hold.until ? "expired" : "released";
          } else if (step === "reverse") {
            const used = usage[which % Math.max(usage.length, 1)];
            if (used === undefined) continue;
            await reverseUsage(services, { id: used.id, reason: "test" });
            used.covered = 0n;
          } else if (step === "set") {
            amounts.amount = BigInt(units * 4);
            await set();
          } else if (step === "wait") books.clock.advance(which * 1_800 + 1);
          else if (step === "sweep") {
            await sweep(services);
            for (const one of holds) if (one.state === "open" && one.until <= now) one.state = "expired";
          }
          expect(await standing(books, id)).toMatchObject({ counted: counted(dayOf(books.clock.now())) });
        }
      }),
      { numRuns: runs },
    );
    expect(await problems(books)).toEqual([]);
  });

  async function withValueOf(owner: string): Promise<void> {
    const { services } = books.tallyhook;
    const { wallet } = await openWallet(services, { owner, currency: "USD" });
    const terms = { kind: "paid", source: "bank", priority: 0, expiresAt: null, reason: "test" } as const;
    await grantByHand(services, { walletId: wallet.id, amount: 1_000_000n, ...terms });
  }
});
