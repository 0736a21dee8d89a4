import { audit } from "../../src/services/audit/audit.ts";
import { followCurrentPolicy } from "../../src/services/charges/follow-policy.ts";
import { linkCustomer } from "../../src/services/charges/link-customer.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { engines } from "../support/engines.ts";
import { type Composed, closeAll, composed, lineOf, saleOf, transactionEvent } from "./composed.ts";

afterEach(closeAll);

const page = { limit: 50, after: null };
const fromTeam = { owner_from: { paddle: ["custom_data.team"] } };
const fromUser = { owner_from: { paddle: ["custom_data.user"] } };

/** Billed to a team's user, and not paid. */
function billed(index: number, custom: object | null = { team: "acme", user: "ann" }) {
  const { data, ...event } = transactionEvent(saleOf(index, [lineOf(`a${index}`, "pri", 1000)]), "billed");
  const unpaid = { ...(data.details as { totals: object }).totals, balance: "1000" };
  const details = { ...(data.details as object), totals: unpaid };
  return { ...event, data: { ...data, custom_data: custom, payments: [], details } };
}

async function refsOf({ tallyhook: { services } }: Composed, owner: string): Promise<string[]> {
  const { rows } = await listCharges(services.store.read, { owner }, page);
  for (const row of rows) expect(row.owner).toBe(owner);
  return rows.map(({ charge }) => charge.key.ref).sort();
}

describe.each(engines)("a charge that has not settled, on $name", ({ freshDatabaseUrl }) => {
  test("belongs to whom it would if it settled, and is found by that owner", async () => {
    const books = await composed(await freshDatabaseUrl(), { policy: fromTeam });
    await books.receive(billed(1));
    await books.receive(billed(2, null));
    expect(await refsOf(books, "acme")).toEqual(["txn_1"]);
    expect(await refsOf(books, "paddle:ctm_1")).toEqual(["txn_2"]);
    expect(await audit(books.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
  });

  test("follows a link at once, and settles as it says", async () => {
    const books = await composed(await freshDatabaseUrl(), { policy: fromTeam });
    await books.receive(billed(1));
    const request = {
      provider: "paddle",
      account: "default",
      customerRef: "ctm_1",
      owner: "umbrella",
      move: null,
    };
    await linkCustomer(books.tallyhook.services, { ...request, provider: "paddle" });
    expect(await refsOf(books, "acme")).toEqual([]);
    expect(await refsOf(books, "umbrella")).toEqual(["txn_1"]);
    await books.receive(transactionEvent(saleOf(1, [lineOf("a1", "pri", 1000)])));
    expect(await refsOf(books, "umbrella")).toEqual(["txn_1"]);
  });

  test("follows a policy that reads owners elsewhere; what has settled stays where it is", async () => {
    const url = await freshDatabaseUrl();
    const before = await composed(url, { policy: fromTeam });
    for (const index of [1, 2]) await before.receive(billed(index));
    await before.receive(billed(3, null));
    const settled = transactionEvent(saleOf(2, [lineOf("a2", "pri", 1000)]));
    await before.receive({
      ...settled,
      data: { ...settled.data, custom_data: { team: "acme", user: "ann" } },
    });
    await closeAll();
    const after = await composed(url, { policy: fromUser });
    expect(await followCurrentPolicy(after.tallyhook.services)).toBe(2);
    expect(await refsOf(after, "acme")).toEqual(["txn_2"]);
    expect(await refsOf(after, "ann")).toEqual(["txn_1"]);
    expect(await refsOf(after, "paddle:ctm_1")).toEqual(["txn_3"]);
    expect(await followCurrentPolicy(after.tallyhook.services)).toBe(0);
    expect(await audit(after.tallyhook.services)).toMatchObject({ ok: true, problems: [] });
  });

  test("is not read again by a policy that differs in other words alone", async () => {
    const url = await freshDatabaseUrl();
    await (await composed(url, { policy: fromTeam })).receive(billed(1));
    await closeAll();
    const after = await composed(url, { policy: { ...fromTeam, default: { effect: "none" } } });
    expect(await followCurrentPolicy(after.tallyhook.services)).toBe(0);
  });
});
