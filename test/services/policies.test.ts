import { systemClock } from "../../src/domain/time.ts";
import { createTallyhook } from "../../src/library.ts";
import { openPolicies, readPolicies } from "../../src/services/charges/policies.ts";
import type { PolicyInput } from "../../src/services/charges/policy-input.ts";
import { type PolicyTerms, readPolicy } from "../../src/services/charges/read-policy.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";

function terms(document: PolicyInput): PolicyTerms {
  const reading = readPolicy(document);
  if (reading.kind === "mistakes") throw new Error("That is no policy.");
  return reading.terms;
}

const nothing = terms({ default: { effect: "none" } });
const net = terms({ default: { basis: "net_of_tax" } });

describe.each(engines)("the policies of a database on $name", ({ freshDatabaseUrl }) => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore({ databaseUrl: await freshDatabaseUrl(), migrate: false, clock: systemClock });
  });
  afterEach(() => store.close());

  const stored = async () => (await store.policies()).map(({ version }) => version);

  test("begin with the default where nobody says anything, and a process that says nothing adds none", async () => {
    const first = await openPolicies(store, null);
    expect(first.current).toMatchObject({ version: 1, default: { effect: "top_up", basis: "grand_total" } });
    await openPolicies(store, nothing);
    const later = await openPolicies(store, null);
    expect(later.current).toMatchObject({ version: 2, default: { effect: "none" } });
    expect(await stored()).toEqual([1, 2]);
  });

  test("a process that says nothing follows another that puts its own in force; one that says something stays with it", async () => {
    const said = await openPolicies(store, net);
    const unsaid = await openPolicies(store, null);
    expect(unsaid.current.version).toBe(1);
    await openPolicies(store, nothing);
    await Promise.all([said.refresh(), unsaid.refresh()]);
    expect([said.current.version, unsaid.current.version]).toEqual([1, 2]);
  });

  test("terms that are put in force again have the number they had", async () => {
    for (const given of [nothing, net, nothing]) await openPolicies(store, given);
    expect(await stored()).toEqual([2, 1]);
    expect((await openPolicies(store, null)).current.version).toBe(1);
    expect((await readPolicies(store, null)).versions()).toEqual([1, 2]);
  });

  test("who only looks adds none: what was never in force has the number it would get", async () => {
    expect((await readPolicies(store, null)).current.version).toBe(1);
    await openPolicies(store, net);
    const looking = await readPolicies(store, nothing);
    expect(looking.current).toMatchObject({ version: 2, default: { effect: "none" } });
    expect(looking.version(2)).toBe(looking.current);
    expect(looking.versions()).toEqual([1]);
    expect(() => looking.version(3)).toThrow("never stored");
    expect(await stored()).toEqual([1]);
  });

  test("two processes that start at once with the same terms make one version", async () => {
    await Promise.all([nothing, nothing, null].map((given) => openPolicies(store, given)));
    expect((await store.policies()).filter(({ default: { effect } }) => effect === "none")).toHaveLength(1);
  });
});

describe.each(engines)("an app and a server on one database on $name", ({ freshDatabaseUrl }) => {
  test("the app's policy in code is the server's, which has none", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const policy: PolicyInput = {
      default: { effect: "none" },
      meters: [{ key: "tokens", prices: { USD: "1" } }],
    };
    const app = await createTallyhook({ databaseUrl, policy });
    const server = await startTallyhook(databaseUrl);
    expect((await server.post(seed)).body).toMatchObject({ outcome: "applied" });
    const { body } = await server.get<{ data: unknown[] }>("/v1/charges");
    expect(body.data).toMatchObject([{ policy_version: 1, topped_up: "0" }]);
    expect((await server.get("/v1/enough-balance?owner=acme&meter=tokens&quantity=1")).status).toBe(200);
    await Promise.all([server.close(), app.close()]);
  });
});
