import fc from "fast-check";
import type { MessageId } from "../../../src/domain/ids.ts";
import { type Delivery, finish, retryNow, take } from "../../../src/domain/outbox/delivery.ts";

const second = 1_000_000_000n;
const hour = 3600n * second;
const start = 1_767_225_600n * second;

const waiting: Delivery = {
  id: "wal_1.wallet.balance_changed.1" as MessageId,
  status: "pending",
  attempts: 0,
  nextAt: start,
  firstTriedAt: null,
  onItsWay: false,
  lastError: null,
};

const refusal = { kind: "refused", error: "status_500" } as const;

function taken(delivery: Delivery, now: bigint): Delivery {
  const after = take(delivery, now);
  if (after === null) throw new Error("It could not be taken.");
  return after;
}

function failed(delivery: Delivery, now: bigint, chance = 0.5): Delivery {
  const attempt = delivery.attempts;
  const after = finish(delivery, { attempt, result: refusal, chance }, now);
  if (after === null) throw new Error("It was another's.");
  return after;
}

test("a message is sent once it is due, and not while somebody has it", () => {
  expect(take(waiting, start - 1n)).toBeNull();
  const first = taken(waiting, start);
  expect(take(first, start + second)).toBeNull();
});

test("a worker that fell silent loses the message, and cannot finish it any more", () => {
  const first = taken(waiting, start);
  const again = taken(first, start + 121n * second);
  const late = { attempt: first.attempts, result: { kind: "accepted" }, chance: 0 } as const;
  expect(finish(again, late, start + 122n * second)).toBeNull();
  const inTime = { ...late, attempt: again.attempts };
  expect(finish(again, inTime, start + 122n * second)?.status).toBe("delivered");
});

test("what is finished is not finished again", () => {
  const done = failed(taken(waiting, start), start + second);
  expect(finish(done, { attempt: done.attempts, result: refusal, chance: 0 }, start + second)).toBeNull();
});

test("whatever chance decides, pauses grow up to six hours and the last try is made after three days", () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (chances) => {
      let delivery = waiting;
      let now = start;
      let pauses = 0;
      while (delivery.status === "pending") {
        now = delivery.nextAt;
        delivery = failed(taken(delivery, now), now, chances.next().value);
        const isLast = delivery.nextAt === start + 72n * hour;
        if (!isLast) expect(delivery.nextAt - now).toBeGreaterThan(3n * second);
        expect(delivery.nextAt - now).toBeLessThanOrEqual(6n * hour);
        pauses += 1;
      }
      expect(delivery.status).toBe("dead");
      expect(now - start).toBe(72n * hour);
      expect(pauses).toBeGreaterThan(15);
    }),
  );
});

test("messages that failed together are not tried again together", () => {
  const next = [0, 0.25, 0.5, 0.75].map((chance) => failed(taken(waiting, start), start, chance).nextAt);
  expect(new Set(next).size).toBe(4);
});

test("a dead message that is retried by hand has three days again", () => {
  const dead: Delivery = { ...waiting, status: "dead", attempts: 25, firstTriedAt: start };
  const later = start + 100n * hour;
  const retried = retryNow(dead, later) ?? dead;
  expect(failed(taken(retried, later), later)).toMatchObject({ status: "pending", attempts: 26 });
});

test("retrying by hand takes nothing from the worker that has it, and sends nothing twice that was delivered", () => {
  const first = taken(waiting, start);
  expect(retryNow(first, start + second)).toEqual(first);
  expect(retryNow({ ...waiting, status: "delivered" }, start)).toBeNull();
});
