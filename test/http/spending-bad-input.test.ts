import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "../support/dump.ts";
import { engines } from "../support/engines.ts";
import { type Answer, keys, type Running, startTallyhook } from "./running.ts";

/** As text of a JSON body: what JavaScript would write differently, or could not. */
const noQuantities = [
  "-1",
  '"-1"',
  "-0.5",
  "0.5",
  "1e400",
  "-1e400",
  "1e3000000",
  '"1e400"',
  '"1e3"',
  '"NaN"',
  '"nan"',
  '"Infinity"',
  '"12 tokens"',
  '"12tokens"',
  '" 12"',
  '"12\\n"',
  '"0x10"',
  '"0b1"',
  '"0o7"',
  '"１２"',
  '"١٢"',
  '"1,000"',
  '"1_000"',
  '"+1"',
  '"."',
  '".5"',
  '"5."',
  '""',
  '"--1"',
  '"0.0000000000001"',
  "9007199254740993",
  "99999999999999999999999999999999",
  `"${"9".repeat(31)}"`,
  `"${"9".repeat(100)}"`,
  "true",
  "null",
  "[1]",
  '{"value":1}',
];

const noDurations = [
  "0",
  "-1",
  "1.5",
  '"60"',
  "86401",
  "31536000",
  "1e400",
  "null",
  "[60]",
  "9007199254740993",
];
const noAmounts = [
  '"-5"',
  '"0.5"',
  '"5 USD"',
  '"0x10"',
  '"１２"',
  '"1e3"',
  '""',
  "5",
  "1e400",
  '"9223372036854775808"',
];

describe.each(engines)("what is not a number of things, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let wallet: string;
  beforeEach(async () => {
    const file = join(mkdtempSync(join(tmpdir(), "tallyhook-policy-")), "policy.json");
    writeFileSync(file, JSON.stringify({ meters: [{ key: "calls", prices: { USD: "0.6" } }] }));
    running = await startTallyhook(await freshDatabaseUrl(), { POLICY_FILE: file });
    wallet = (await running.write("/v1/wallets", { owner: "acme", currency: "USD" })).body.id;
    const grant = { amount: "1000", kind: "paid", reason: "test" };
    await running.write(`/v1/wallets/${wallet}/grants`, grant, { idempotencyKey: "grant" });
  });
  afterEach(async () => {
    expect(running.errors).toEqual([]);
    await running.close();
  });

  const post = (path: string, body: string) =>
    running.write(path, body, { key: keys.finance, idempotencyKey: "once" });
  const hold = (fields: string) => post("/v1/holds", `{"owner":"acme",${fields}}`);

  /** Whatever is asked, everything stored is afterwards as it was before. */
  async function leavesAllAsItWas(ask: () => Promise<void>): Promise<void> {
    const { read } = running.tallyhook.services.store;
    const before = await dump(read);
    await ask();
    expect(await dump(read)).toBe(before);
  }

  const refused = ({ status, body }: Answer) => [status, body.code];

  test("usage of it is rejected by name, each event by itself, and nothing is stored", async () => {
    await leavesAllAsItWas(async () => {
      const events = noQuantities.map(
        (quantity, index) => `{"id":"bad_${index}","owner":"acme","meter":"calls","quantity":${quantity}}`,
      );
      const { status, body } = await running.write("/v1/usage", `{"events":[${events.join(",")}]}`);
      expect(status).toBe(200);
      const results: { outcome: string; reason: string }[] = body.data;
      for (const [index, { outcome, reason }] of results.entries()) {
        const quantity = noQuantities[index];
        expect([quantity, outcome]).toEqual([quantity, "rejected"]);
        expect(["quantity_invalid", "event_invalid"]).toContain(reason);
      }
      expect(results).toHaveLength(noQuantities.length);
    });
  });

  test("a hold of it, or for no time and for years, is refused, and so is the question about it", async () => {
    const { body } = await running.write(
      "/v1/holds",
      `{"owner":"acme","amount":"5","currency":"USD","expires_in":60}`,
    );
    await leavesAllAsItWas(async () => {
      for (const quantity of noQuantities) {
        const asked = `"meter":"calls","quantity":${quantity},"expires_in":60`;
        expect([quantity, ...refused(await hold(asked))]).toEqual([quantity, 400, "body_invalid"]);
      }
      for (const duration of noDurations) {
        const asked = `"amount":"5","currency":"USD","expires_in":${duration}`;
        expect([duration, ...refused(await hold(asked))]).toEqual([duration, 400, "body_invalid"]);
        const extended = await post(`/v1/holds/${body.id}/extend`, `{"expires_in":${duration}}`);
        expect([duration, ...refused(extended)]).toEqual([duration, 400, "body_invalid"]);
      }
      for (const amount of [...noAmounts, '"0"']) {
        const asked = `"amount":${amount},"currency":"USD","expires_in":60`;
        expect([amount, ...refused(await hold(asked))]).toEqual([amount, 400, "body_invalid"]);
      }
      for (const amount of noAmounts) {
        const settled = await post(`/v1/holds/${body.id}/settle`, `{"amount":${amount}}`);
        expect([amount, ...refused(settled)]).toEqual([amount, 400, "body_invalid"]);
      }
      for (const text of noQuantities.flatMap((quantity) => /^"(.*)"$/.exec(quantity)?.[1] ?? [])) {
        const query = new URLSearchParams({ owner: "acme", meter: "calls", quantity: text, currency: "USD" });
        const answer = (await running.get(`/v1/enough-balance?${query}`)) as Answer;
        expect([text, ...refused(answer)]).toEqual([text, 400, "query_invalid"]);
      }
    });
  });

  test("grants and debits of it are refused", async () => {
    await leavesAllAsItWas(async () => {
      for (const amount of [...noAmounts, '"0"']) {
        const grant = `{"amount":${amount},"kind":"paid","reason":"test"}`;
        const debit = `{"amount":${amount},"reason":"test"}`;
        for (const [path, body] of [
          ["grants", grant],
          ["debits", debit],
        ] as const)
          expect([amount, ...refused(await post(`/v1/wallets/${wallet}/${path}`, body))]).toEqual([
            amount,
            400,
            "body_invalid",
          ]);
      }
    });
  });

  test("1,001 events are refused as a whole; 1,000 with a bad one in the middle are 999", async () => {
    const events = Array.from({ length: 1_001 }, (_, index) => {
      return { id: `req_${index}`, owner: "acme", meter: "calls", quantity: index === 500 ? "12 tokens" : 1 };
    });
    await leavesAllAsItWas(async () => {
      expect(refused(await running.write("/v1/usage", { events }))).toEqual([400, "body_invalid"]);
    });
    const { body } = await running.write("/v1/usage", { events: events.slice(0, 1_000) });
    const results: { outcome: string }[] = body.data;
    expect(results.filter(({ outcome }) => outcome === "applied")).toHaveLength(999);
    expect(results[500]).toMatchObject({ id: "req_500", outcome: "rejected", reason: "quantity_invalid" });
    const { body: after } = await running.get(`/v1/wallets/${wallet}`);
    // 999 × 0.6 = 599.4
    expect(after).toMatchObject({ balance: "401", pending: "0.4" });
  });

  test("an id that was used for something else is a conflict, and changes nothing", async () => {
    const event = { id: "req", owner: "acme", meter: "calls", quantity: 5 };
    await running.write("/v1/usage", { events: [event] });
    await leavesAllAsItWas(async () => {
      const others = [{ quantity: 6 }, { owner: "globex" }, { occurred_at: "2026-01-01T00:00:00Z" }];
      const { body } = await running.write("/v1/usage", {
        events: others.map((other) => ({ ...event, ...other })),
      });
      const outcomes = body.data.map(({ outcome }: { outcome: string }) => outcome);
      expect(outcomes).toEqual(["conflict", "conflict", "conflict"]);
    });
  });
});
