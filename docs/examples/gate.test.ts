/** Tests of an app's own code, in memory; node:test here, jest or vitest are the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, createTestTallyhook, paddle } from "tallyhook/testing";
import { answer } from "./gate.ts";

const policy = {
  default: { expires_after_days: 30 },
  meters: [{ key: "questions", prices: { USD: "250" } }],
};

test("who has paid is answered, once for one id, until nothing is left", async () => {
  const tallyhook = await createTestTallyhook({ policy });
  assert.equal(await answer(tallyhook, "paddle:ctm_1", "q1"), null);
  await tallyhook.post(paddle.transaction({ customer: "ctm_1", total: 500 }));
  assert.equal(await answer(tallyhook, "paddle:ctm_1", "q1"), "42");
  assert.equal(await answer(tallyhook, "paddle:ctm_1", "q1"), "42");
  assert.equal(await answer(tallyhook, "paddle:ctm_1", "q2"), "42");
  assert.equal(await answer(tallyhook, "paddle:ctm_1", "q3"), null);
  assert.equal(await answer(tallyhook, "paddle:ctm_1", "q2"), "42"); // paid before, with the last that there was
  await tallyhook.post(paddle.transaction({ customer: "ctm_2", total: 250 }));
  assert.equal(await answer(tallyhook, "paddle:ctm_2", "q1"), "42"); // another's question of the same name
  assert.equal((await tallyhook.wallet({ owner: "paddle:ctm_2", currency: "USD" }).balance()).balance, 0n);
  await tallyhook.close();
});

test("a refund takes back, and what was paid for expires; the app is told of both", async () => {
  const time = clock("2026-01-01T00:00:00Z");
  const tallyhook = await createTestTallyhook({ policy, clock: time });
  const transaction = paddle.transaction({ customer: "ctm_1", total: 500, at: time.now() });
  await tallyhook.post(transaction);
  await tallyhook.post(paddle.adjustment({ transaction, amount: 200, at: time.advance({ days: 1 }) }));
  const wallet = tallyhook.wallet({ owner: "paddle:ctm_1", currency: "USD" });
  assert.equal((await wallet.balance()).available, 300n);
  time.advance({ days: 30 });
  await tallyhook.settled();
  assert.equal((await wallet.balance()).available, 0n);
  const balances = tallyhook
    .messages()
    .flatMap((message) => (message.type === "wallet.balance_changed" ? [message.data.balance] : []));
  assert.deepEqual(balances, [500n, 300n, 0n]);
  await tallyhook.close();
});
