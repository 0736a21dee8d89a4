import { type PaddleAdjustment, paddle } from "../../src/testing/paddle.ts";
import { engines } from "../support/engines.ts";
import { type Answer, keys, type Running, seed, startTallyhook } from "./running.ts";

type Row = Record<string, string> & { id: string };

interface Told {
  readonly status?: "paid" | "completed";
  readonly customer?: string | null;
  readonly minute?: number;
}

/** The seed transaction under another id, as it is told of a customer or of nobody. */
function sale(ref: string, { status = "completed", customer = null, minute = 56 }: Told = {}) {
  const event = JSON.parse(seed.toString());
  event.event_id = `evt_${ref}_${status}_${customer}`;
  event.event_type = `transaction.${status}`;
  event.occurred_at = `2023-10-18T10:${minute}:33.696554Z`;
  Object.assign(event.data, { id: ref, customer_id: customer, status });
  return JSON.stringify(event);
}

/** A refund of 100 of its, which names no customer either. */
function refund(
  ref: string,
  verb: "created" | "updated",
  status: PaddleAdjustment["status"] & string,
): string {
  const adjustment = paddle.adjustment({
    transaction: JSON.parse(sale(ref)),
    id: `adj_of_${ref}`,
    amount: 100,
    status,
    type: `adjustment.${verb}`,
    at: `2023-10-${verb === "created" ? 19 : 20}T00:00:00Z`,
    eventId: `evt_${ref}_refund_${verb}`,
  });
  return JSON.stringify(adjustment);
}

describe.each(engines)("a charge that is given to an owner by hand on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let count = 0;
  let ref = "";
  /** Of the test that runs: nobody else's wallets. */
  let [acme, umbrella] = ["", ""];
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
  });
  beforeEach(() => {
    count += 1;
    ref = `txn_${count}`;
    [acme, umbrella] = [`acme-${count}`, `umbrella-${count}`];
  });
  afterAll(async () => {
    const { body } = await running.get<{ problems: object[] }>("/v1/audit");
    await running.close();
    expect(body.problems).toEqual([]);
  });

  const rows = async (path: string) => (await running.get<{ data: Row[] }>(path)).body.data;
  const charge = async () => (await rows(`/v1/charges?ref=${ref}`))[0] as Row;
  const assign = async (owner: string | null, of?: string): Promise<Answer> =>
    running.write(`/v1/charges/${of ?? (await charge()).id}/assign`, { owner, reason: "ticket 7" });
  const walletOf = async (owner: string) => (await rows(`/v1/wallets?owner=${owner}`))[0];
  const balances = async () => [(await walletOf(acme))?.balance, (await walletOf(umbrella))?.balance];
  const lines = async () => {
    const all = await rows(`/v1/wallets/${(await walletOf(acme))?.id}/entries`);
    return all.map(({ kind, amount, effective_at }) => [kind, amount, effective_at]);
  };
  const differing = async () => {
    const open = await rows("/v1/discrepancies?kind=owner_differs&status=open");
    const { id } = await charge();
    return open.filter(({ charge_id }) => charge_id === id).map(({ detail }) => detail);
  };
  const settled = "2023-10-18T10:56:33.696554Z";

  test("tops up that owner's wallet, dated as the charge, and says so in the trail", async () => {
    await running.post(sale(ref));
    const { status, body } = await assign(acme);
    expect([status, body.owner, body.topped_up, body.waiting_for]).toEqual([200, acme, "499", []]);
    expect(await lines()).toEqual([["top_up", "499", settled]]);
    const [action] = await rows(`/v1/actions?subject=${body.id}`);
    const who = { action: "charge.assign", name: "finance-key", reason: "ticket 7" };
    expect(action).toMatchObject({ ...who, after: { owner: acme } });
    expect((await assign(acme)).status).toBe(200);
    expect(await rows(`/v1/actions?subject=${body.id}`)).toHaveLength(1);
  });

  test("is remembered where it has not settled yet, and tops up once it does", async () => {
    await running.post(sale(ref, { status: "paid", minute: 55 }));
    expect((await assign(acme)).body).toMatchObject({ owner: acme, topped_up: "0" });
    await running.post(sale(ref));
    expect(await lines()).toEqual([["top_up", "499", settled]]);
  });

  test("what was given back meanwhile is taken back then, dated as it was", async () => {
    await running.post(sale(ref));
    await running.post(refund(ref, "created", "approved"));
    await assign(acme);
    expect(await lines()).toEqual([
      ["take_back", "-100", "2023-10-19T00:00:00Z"],
      ["top_up", "499", settled],
    ]);
  });

  test("a customer that becomes known later changes nothing, and is said to differ", async () => {
    const customer = `ctm_late_${count}`;
    await running.post(sale(ref));
    await assign(acme);
    await running.post(sale(ref, { customer, minute: 57 }));
    expect(await differing()).toEqual([{ provider_says: `paddle:${customer}`, we_say: acme }]);
    const link = { provider: "paddle", customer_ref: customer, owner: umbrella, move: true };
    expect((await running.write("/v1/customers/link", link)).status).toBe(200);
    expect(await balances()).toEqual(["499", undefined]);
    expect(await differing()).toEqual([{ provider_says: umbrella, we_say: acme }]);
    // Taken back, it is the customer's.
    expect((await assign(null)).body).toMatchObject({ owner: umbrella, topped_up: "499" });
    expect(await balances()).toEqual(["0", "499"]);
    expect(await differing()).toEqual([]);
  });

  test("so it is where that happens before it settles", async () => {
    await running.post(sale(ref, { status: "paid", minute: 55 }));
    await assign(acme);
    await running.post(sale(ref, { customer: `ctm_${count}` }));
    expect(await balances()).toEqual(["499", undefined]);
    expect(await differing()).toEqual([{ provider_says: `paddle:ctm_${count}`, we_say: acme }]);
  });

  test("is nobody's again once that is taken back, and can be another's", async () => {
    await running.post(sale(ref));
    await running.post(refund(ref, "created", "approved"));
    await assign(acme);
    const nobodys = { owner: null, topped_up: "0", taken_back: "0", wallet_id: null };
    expect((await assign(null)).body).toMatchObject(nobodys);
    expect(await balances()).toEqual(["0", undefined]);
    await assign(umbrella);
    expect(await balances()).toEqual(["0", "399"]);
    await running.post(refund(ref, "updated", "reversed"));
    expect(await balances()).toEqual(["0", "499"]);
    await assign(null);
    await assign(acme);
    expect(await balances()).toEqual(["499", "0"]);
  });

  test("what was drawn on cannot be taken back, nor what holds lean on", async () => {
    await running.post(sale(ref));
    await assign(acme);
    const hold = { owner: acme, amount: "10", currency: "USD", expires_in: 60 };
    const held = await running.write("/v1/holds", hold, { key: keys.app });
    expect((await assign(null)).body.code).toBe("open_holds");
    await running.write(`/v1/holds/${held.body.id}/release`, {}, { key: keys.app });
    const spend = { amount: "1", reason: "used" };
    const { id } = (await walletOf(acme)) as Row;
    await running.write(`/v1/wallets/${id}/debits`, spend, { idempotencyKey: `debit ${count}` });
    const refused = await assign(null);
    expect([refused.status, refused.body.code]).toEqual([409, "already_spent"]);
    expect(await balances()).toEqual(["498", undefined]);
    expect((await charge()).owner).toBe(acme);
  });

  test.each(["completed", "paid"] as const)("is refused where its customer is known: %s", async (status) => {
    const customer = `ctm_${count}`;
    await running.post(sale(ref, { customer, status }));
    const refused = await assign(acme);
    expect([refused.status, refused.body.code]).toEqual([409, "has_owner"]);
    expect(refused.body.detail).toContain(`paddle:${customer}`);
    expect((await assign(null)).body.code).toBe("has_owner");
    expect((await charge()).owner).toBe(`paddle:${customer}`);
  });

  test("is another's only once it is taken back; what cannot be read is refused", async () => {
    await running.post(sale(ref));
    await assign(acme);
    expect((await assign(umbrella)).body.code).toBe("has_owner");
    expect((await assign(acme, "chg_unknown")).status).toBe(404);
    const path = `/v1/charges/${(await charge()).id}/assign`;
    const reason = "x";
    for (const body of [{ owner: "", reason }, { owner: acme }, { reason }, { owner: "a b", reason }])
      expect((await running.write(path, body)).status).toBe(400);
    for (const key of [keys.read, keys.app])
      expect((await running.write(path, { owner: null, reason }, { key })).status).toBe(403);
  });
});
