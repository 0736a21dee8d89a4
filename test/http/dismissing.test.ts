import { openEvents } from "../../src/store/inbox/read/inbox-state.ts";
import { engines } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { answered, keys, type Running, seed, startTallyhook } from "./running.ts";

const sale = JSON.parse(seed.toString());
/** As its provider would never send it: there is nothing in it. */
const junk = JSON.stringify({ ...sale, data: null });

describe.each(engines)("what nothing is to be done about, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  beforeEach(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
  });
  afterEach(() => running.close());

  const listed = async (list: string) => (await running.get<{ data: Event[] }>(`/v1/${list}`)).body.data;
  const open = async () =>
    (await openEvents(running.tallyhook.services.store.read)).map(({ name, count }) => [name, Number(count)]);
  const onOverview = async () => JSON.stringify((await running.get("/v1/overview")).body);
  const trail = async () =>
    (await listed("actions")).map(({ action, reason, before }) => [action, reason, before]);

  interface Event {
    readonly id: string;
    readonly outcome: string;
    readonly dismissed: boolean;
    readonly action: string;
    readonly reason: string | null;
    readonly before: object | null;
  }

  async function parked(): Promise<string> {
    expect((await running.post(junk)).body).toMatchObject({ outcome: "parked" });
    const [event] = await listed("events");
    return `/v1/events/${event?.id}`;
  }

  test("a parked event that is dismissed is in nobody's way, and lists say so", async () => {
    const path = await parked();
    expect(await open()).toEqual([["parked", 1]]);
    expect(await onOverview()).toContain("parked");
    const { status, body } = await running.write(`${path}/dismiss`, { reason: " a test of theirs " });
    expect([status, body]).toMatchObject([
      200,
      { outcome: "parked", dismissed: true, dismissed_reason: "a test of theirs" },
    ]);
    expect(await open()).toEqual([]);
    expect(await onOverview()).not.toContain("parked");
    expect(await listed("events?dismissed=true")).toMatchObject([{ outcome: "parked", dismissed: true }]);
    expect(await listed("events?outcome=parked&dismissed=false")).toEqual([]);
    expect(await listed("events")).toHaveLength(1);
    // Said again it is the same, and nobody reads of it twice.
    await running.write(`${path}/dismiss`, { reason: "a test of theirs" });
    // It comes again as it is.
    expect((await running.post(junk)).body.outcome).toBe("parked");
    expect((await running.get(path)).body).toMatchObject({ outcome: "parked", dismissed: true });
    const { body: undone } = await running.write(`${path}/undismiss`, {});
    expect(undone).toMatchObject({ outcome: "parked", dismissed: false, dismissed_at: null });
    await running.write(`${path}/undismiss`, {});
    expect(await open()).toEqual([["parked", 1]]);
    expect(await trail()).toEqual([
      ["event.undismiss", null, { dismissed: "a test of theirs" }],
      ["event.dismiss", "a test of theirs", null],
    ]);
  });

  test("what comes again and can be applied is, and is not dismissed any more", async () => {
    const path = await parked();
    await running.write(`${path}/dismiss`, { reason: "junk" });
    expect((await running.post(seed)).body.outcome).toBe("applied");
    expect((await running.get(path)).body).toMatchObject({
      outcome: "applied",
      dismissed: false,
      dismissed_at: null,
      dismissed_reason: null,
    });
    expect(await listed("charges")).toHaveLength(1);
    expect((await running.get("/v1/audit")).body).toMatchObject({ ok: true });
    expect(await running.write(`${path}/dismiss`, { reason: "late" })).toMatchObject({
      status: 409,
      body: { code: "not_dismissible" },
    });
  });

  test("is said by finance with a reason, once for one key, of what there is", async () => {
    const path = await parked();
    const code = async (body: object, as = {}) =>
      (await running.write(`${path}/dismiss`, body, as)).body.code;
    expect(await code({ reason: "x" }, { key: keys.read })).toBe("forbidden");
    expect(await code({ reason: "x" }, { key: keys.app })).toBe("forbidden");
    for (const body of [{}, { reason: " " }, { reason: "x".repeat(501) }, { reason: "x", why: "y" }])
      expect(await code(body)).toBe("body_invalid");
    const unknown = await running.write("/v1/events/evt_none/dismiss", { reason: "x" });
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
    const keyed = { idempotencyKey: "once" };
    const first = await running.write(`${path}/dismiss`, { reason: "x" }, keyed);
    await running.write(`${path}/undismiss`, {});
    expect((await running.write(`${path}/dismiss`, { reason: "x" }, keyed)).body).toEqual(first.body);
    expect((await running.get(path)).body.dismissed).toBe(false);
    expect(await code({ reason: "y" }, keyed)).toBe("idempotency_conflict");
  });

  test("a report that was refused keeps nothing from being compared once it is dismissed", async () => {
    const header =
      "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
    const row = "po_1,txn_a,2026-10-02 09:30:00,usd,19.99,0.88,19.11,charge,ch_a\n";
    const imported = (body: string) =>
      answered<{ id: string; statement_id: string }>(
        fetch(`${running.url}/v1/statements?provider=stripe&format=payout_reconciliation`, {
          method: "POST",
          headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
          body,
        }),
      );
    const verdict = async () => {
      const october = { provider: "stripe", level: "settlement", from: "2026-10-01", to: "2026-11-01" };
      const { body } = await running.write("/v1/reconciliations", october);
      const status = async () => (await running.get(`/v1/reconciliations/${body.id}`)).body.status;
      await until(async () => (await status()) !== "running", 20);
      return status();
    };
    const whole = await imported(header + row);
    const { statement_id: refused } = (await imported("a,b\n1,2\n")).body;
    expect(await verdict()).toBe("incomplete");
    const path = `/v1/statements/${refused}`;
    const { body } = await running.write(`${path}/dismiss`, { reason: "the wrong file" });
    expect(body).toMatchObject({ id: refused, status: "refused", dismissed: true });
    expect(await verdict()).toBe("matched");
    expect(await listed("statements?dismissed=true")).toMatchObject([{ id: refused, dismissed: true }]);
    expect(await listed("statements?dismissed=false")).toMatchObject([{ id: whole.body.id }]);
    const { status, body: problem } = await running.write(`/v1/statements/${whole.body.id}/dismiss`, {
      reason: "x",
    });
    expect([status, problem.code]).toEqual([409, "not_dismissible"]);
    await running.write(`${path}/undismiss`, { reason: "it was the right one" });
    expect(await verdict()).toBe("incomplete");
    const dismissals = (await trail()).filter(([action]) => /dismiss/.test(String(action)));
    expect(dismissals).toEqual([
      ["statement.undismiss", "it was the right one", { dismissed: "the wrong file" }],
      ["statement.dismiss", "the wrong file", null],
    ]);
  });
});
