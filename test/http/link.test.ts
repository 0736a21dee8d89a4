import { type PaddleAdjustment, paddle } from "../../src/testing/paddle.ts";
import { engines } from "../support/engines.ts";
import { type Answer, answered, keys, type Running, seed, startTallyhook } from "./running.ts";

type Row = Record<string, string> & { id: string };

const owned = "paddle:ctm_abc123";

describe.each(engines)("linking a customer on $name", ({ name, freshDatabaseUrl }) => {
  let running: Running;
  beforeEach(async () => {
    running = await startTallyhook(await freshDatabaseUrl());
  });
  afterEach(async () => {
    // What was decided is the same on both: PostgreSQL is audited with the models, and where many write at once.
    if (name === "sqlite")
      expect((await running.get("/v1/audit")).body).toMatchObject({ ok: true, problems: [] });
    await running.close();
  });

  const link = (body: object, key = keys.finance): Promise<Answer> =>
    answered(
      fetch(`${running.url}/v1/customers/link`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  const toAcme = { provider: "paddle", customer_ref: "ctm_abc123", owner: "acme" };
  const rows = async (path: string) => (await running.get<{ data: Row[] }>(path)).body.data;
  const balances = async () =>
    Object.fromEntries((await rows("/v1/wallets")).map(({ owner, balance }) => [owner, balance]));

  test("what is left of its charges moves as it is, in one entry", async () => {
    await running.post(seed);
    const { status, body } = await link(toAcme);
    const [left, arrived] = [await rows(`/v1/wallets?owner=${owned}`), await rows("/v1/wallets?owner=acme")];
    expect(status).toBe(200);
    expect(body.moved).toEqual([
      { currency: "USD", amount: "499", from_wallet_id: left[0]?.id, to_wallet_id: arrived[0]?.id },
    ]);
    expect(await balances()).toEqual({ [owned]: "0", acme: "499" });
    const [out] = await rows(`/v1/wallets/${left[0]?.id}/entries`);
    const [into] = await rows(`/v1/wallets/${arrived[0]?.id}/entries`);
    expect([out?.kind, into?.kind, out?.entry_id]).toEqual(["link_out", "link_in", into?.entry_id]);
    const [charge] = await rows("/v1/charges");
    expect([charge?.owner, charge?.wallet_id, charge?.topped_up]).toEqual(["acme", arrived[0]?.id, "499"]);
  });

  test("a refund that comes afterwards is taken from the new owner's wallet, and comes back there", async () => {
    await running.post(seed);
    await link(toAcme);
    await running.post(refund("created", "approved"));
    expect(await balances()).toEqual({ [owned]: "0", acme: "399" });
    await running.post(refund("updated", "reversed"));
    expect(await balances()).toEqual({ [owned]: "0", acme: "499" });
  });

  test("a refund of before the link comes back to the new owner", async () => {
    await running.post(seed);
    await running.post(refund("created", "approved"));
    await link(toAcme);
    expect(await balances()).toEqual({ [owned]: "0", acme: "399" });
    await running.post(refund("updated", "reversed"));
    expect(await balances()).toEqual({ [owned]: "0", acme: "499" });
  });

  test("of what was refunded whole before the link nothing is taken twice, and what comes back comes to the new owner", async () => {
    await running.post(seed);
    await running.post(refund("created", "approved", 499));
    expect((await link(toAcme)).body.moved).toEqual([]);
    await running.post(refund("updated", "approved", 499));
    expect(await balances()).toEqual({ [owned]: "0" });
    await running.post(refund("updated", "reversed", 499, 21));
    expect(await balances()).toEqual({ [owned]: "0", acme: "499" });
    const [acme] = await rows("/v1/wallets?owner=acme");
    const kinds = (await rows(`/v1/wallets/${acme?.id}/entries`)).map(({ kind }) => kind);
    expect(kinds).toEqual(["restore"]);
  });

  test("a customer linked before its first charge tops up the owner's wallet at once", async () => {
    expect((await link(toAcme)).body.moved).toEqual([]);
    await running.post(seed);
    expect(await balances()).toEqual({ acme: "499" });
  });

  test("linking again changes nothing; to another owner it must be asked for", async () => {
    await running.post(seed);
    await link(toAcme);
    expect((await link(toAcme)).body.moved).toEqual([]);
    const refused = await link({ ...toAcme, owner: "umbrella" });
    expect([refused.status, refused.body.code]).toEqual([409, "already_linked"]);
    expect(await balances()).toEqual({ [owned]: "0", acme: "499" });
    expect((await link({ ...toAcme, owner: "umbrella", move: true })).status).toBe(200);
    expect(await balances()).toEqual({ [owned]: "0", acme: "0", umbrella: "499" });
  });

  test("without a move, earlier charges stay where they are, and say that their owner differs", async () => {
    await running.post(seed);
    await link({ ...toAcme, move: false });
    expect(await balances()).toEqual({ [owned]: "499" });
    const open = await rows("/v1/discrepancies?kind=owner_differs&status=open");
    expect(open).toHaveLength(1);
  });

  const refusals: [what: string, body: object, status: number, code: string][] = [
    ["no owner", { provider: "paddle", customer_ref: "ctm_1" }, 400, "body_invalid"],
    ["an empty owner", { ...toAcme, owner: "" }, 400, "body_invalid"],
    ["an owner with a NUL", { ...toAcme, owner: "a\0" }, 400, "body_invalid"],
    ["an unknown provider", { ...toAcme, provider: "paypal" }, 400, "body_invalid"],
    ["an unknown field", { ...toAcme, name: "Acme" }, 400, "body_invalid"],
  ];
  test.each(refusals)("%s is refused", async (_, body, status, code) => {
    const answer = await link(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("only finance may link", async () => {
    for (const key of [keys.read, keys.app]) expect((await link(toAcme, key)).status).toBe(403);
  });
});

/** One refund on the seed's line. */
function refund(
  verb: "created" | "updated",
  status: PaddleAdjustment["status"] & string,
  amount = 100,
  day = verb === "created" ? 19 : 20,
): string {
  const adjustment = paddle.adjustment({
    transaction: JSON.parse(seed.toString()),
    id: "adj_link",
    amount,
    status,
    type: `adjustment.${verb}`,
    at: `2023-10-${day}T00:00:00Z`,
    eventId: `evt_refund_${day}`,
  });
  return JSON.stringify(adjustment);
}
