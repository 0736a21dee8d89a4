import { readFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../../src/services/audit/audit.ts";
import { retryFailed } from "../../src/services/inbox/retry-failed.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { engines } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import { closeAll, composed } from "./composed.ts";
import { execute } from "./planted-trigger.ts";

afterEach(closeAll);

const readable = JSON.parse(
  readFileSync(join(projectRoot, "fixtures/paddle/transaction.completed/top-up.json"), "utf8"),
);
/** The same event, in bytes that cannot be read: an amount is a word. */
const unreadable = structuredClone(readable);
unreadable.data.details.totals.grand_total = "many";
/** The same content, in an envelope whose time cannot be read. */
const withoutTime = { ...readable, occurred_at: "yesterday" };
/** Another readable one: another customer's. */
const other = structuredClone(readable);
other.data.customer_id = "ctm_other";

const page = { limit: 5, after: null };

describe.each(engines)("an event that is delivered in several bytes, on $name", ({ freshDatabaseUrl }) => {
  async function told(...events: object[]) {
    const url = await freshDatabaseUrl();
    const server = await composed(url);
    const outcomes: string[] = [];
    for (const event of events) {
      const received = await server.receive(event);
      outcomes.push(received.kind === "accepted" ? received.outcome : received.kind);
    }
    const { services } = server.tallyhook;
    const discrepancies = (await listDiscrepancies(services.store.read, {}, page)).rows;
    const said = {
      charges: (await listCharges(services.store.read, {}, page)).rows.map(({ charge, toppedUp }) => ({
        charge,
        toppedUp,
      })),
      discrepancies: discrepancies.map(({ kind, status, detail }) => ({ kind, status, detail })),
    };
    expect(await audit(services)).toMatchObject({ ok: true, problems: [] });
    return { outcomes, said, url };
  }

  test("says what those say that can be read, whichever come first, and the same is shown", async () => {
    const [later, first] = [await told(unreadable, readable), await told(readable, unreadable)];
    expect(later.outcomes).toEqual(["parked", "applied"]);
    expect(first.outcomes).toEqual(["applied", "duplicate"]);
    expect(later.said).toEqual(first.said);
    expect(later.said.charges).toHaveLength(1);
    expect(later.said.discrepancies.map(({ kind }) => kind)).toEqual(["event_content_differs"]);
  });

  test("is the same event where only its envelope differs: no discrepancy", async () => {
    const [later, first] = [await told(withoutTime, readable), await told(readable, withoutTime)];
    expect(later.said).toEqual(first.said);
    expect(later.said.discrepancies).toEqual([]);
  });

  test("says for good what was applied first: what comes after it is a duplicate, and shown if it differs", async () => {
    const { outcomes, said } = await told(unreadable, readable, readable, unreadable, other);
    expect(outcomes).toEqual(["parked", "applied", "duplicate", "duplicate", "duplicate"]);
    expect(said.charges[0]?.charge?.customerRef).toBe(readable.data.customer_id);
    expect(said.discrepancies.map(({ kind }) => kind)).toEqual(["event_content_differs"]);
  });

  test("the bytes that were applied are what the audit holds the books against", async () => {
    const { url } = await told(unreadable, readable);
    await execute(url, "update renderings set body = (select body from events limit 1)");
    const { tallyhook } = await composed(url);
    expect((await audit(tallyhook.services)).problems.map(({ kind }) => kind)).toContain("facts_differ");
  });

  test("that failed is tried again from the last bytes that could be read", async () => {
    const url = await freshDatabaseUrl();
    const server = await composed(url);
    await server.receive(unreadable);
    const { store } = server.tallyhook.services;
    const write = store.write.bind(store);
    let refusals = 1;
    Object.assign(store, {
      write: (work: Parameters<typeof write>[0]) =>
        refusals-- > 0 ? Promise.reject(new Error("not now")) : write(work),
    });
    expect(await server.receive(other)).toMatchObject({ outcome: "failed" });
    server.clock.advance(60);
    await retryFailed(server.tallyhook.services);
    const [row] = (await listCharges(server.tallyhook.services.store.read, {}, page)).rows;
    expect(row?.charge?.customerRef).toBe("ctm_other");
    expect(await audit(server.tallyhook.services)).toMatchObject({ ok: true });
  });
});
