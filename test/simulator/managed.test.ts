import { recogniseSellers } from "../../src/services/inbox/recognise-sellers.ts";
import { buildWorld } from "../../src/simulator/world.ts";
import { engines } from "../support/engines.ts";
import { disagreementsWith, post, scrambled, startServer } from "./against-a-server.ts";
import { reconciledWorld } from "./reconciled.ts";
import { nothingOtherwise, toldOtherwise } from "./told-by-lists.ts";

/** Some of Stripe's customers buy from Stripe itself, the others from the company, in one account. */
const world = buildWorld({
  customers: 8,
  months: 3,
  seed: "reconciled",
  providers: ["stripe"],
  stripeSells: true,
});
const soldByStripe = world.truth.charges.filter(
  ({ merchant_of_record }) => merchant_of_record === "provider",
);

test("both kinds are sold, with tax and without, subscribed and bought once, and some of it goes back", () => {
  expect(soldByStripe.length).toBeGreaterThan(3);
  expect(soldByStripe.length).toBeLessThan(world.truth.charges.length - 3);
  expect(new Set(soldByStripe.map(({ kind }) => kind))).toEqual(new Set(["invoice", "charge"]));
  expect(soldByStripe.some(({ tax }) => tax > 0n)).toBe(true);
  expect(soldByStripe.some(({ refunded }) => refunded > 0n)).toBe(true);
  expect(world.stripe.rows.some(({ withheldTax = 0n }) => withheldTax < 0n)).toBe(true);
});

test("an invoice does not say who sells it: that is told by sessions, intents and subscriptions", () => {
  const telling = world.emissions.filter(({ body }) => body.includes("managed_payments"));
  expect([...new Set(telling.map(({ type }) => type))].sort()).toEqual([
    "checkout.session.completed",
    "customer.subscription.created",
    "payment_intent.succeeded",
  ]);
});

test.each(engines)(
  "told in any order, and again, the books are the true ones, on $name",
  async ({ freshDatabaseUrl }) => {
    const server = await startServer(await freshDatabaseUrl());
    try {
      await post(server, scrambled(world.emissions, "managed"), 4);
      await recogniseSellers(server.tallyhook.services);
      expect(await disagreementsWith(server, world)).toEqual([]);
      expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
    } finally {
      await server.close();
    }
  },
);

test("asked for by its lists alone, long after, every quarter of an hour is as by webhooks", async () => {
  const [sqlite] = engines;
  if (sqlite === undefined) throw new Error("There is no engine.");
  expect(await toldOtherwise(world, { ...sqlite, seed: "managed" })).toEqual(nothingOtherwise);
});

test("held against what Stripe lists of it, all that is found is what is wrong", async () => {
  const [sqlite] = engines;
  const databaseUrl = (await sqlite?.freshDatabaseUrl()) ?? "";
  const trial = { databaseUrl, seed: "managed", count: 2 };
  const { planted, found, unhealed } = await reconciledWorld(world, trial);
  expect(found).toEqual(planted);
  expect(unhealed).toEqual([]);
});
