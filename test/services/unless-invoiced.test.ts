import { ConfigurationError } from "../../src/domain/errors.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { followCurrentPolicy } from "../../src/services/charges/follow-policy.ts";
import { rebook } from "../../src/services/charges/rebook.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { listDiscrepancies } from "../../src/store/reconciling/read/discrepancies.ts";
import { stripe } from "../../src/testing/stripe.ts";
import { engines } from "../support/engines.ts";
import { type Composed, closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const unlessInvoiced = { standalone: "unless_invoiced" } as const;
const created = 1_767_225_600;

const at = new Date(created * 1000);

/** A plain payment of 20.00 dollars, as Stripe has told it since Basil: nothing says whether there is an invoice. */
const paid = stripe.paymentIntent({
  id: "pi_of_in_1",
  charge: "ch_1",
  customer: "cus_1",
  amount: 2000,
  at,
  eventId: "evt_paid",
});
const invoice = stripe.invoice({ id: "in_1", customer: "cus_1", total: 2000, at, eventId: "evt_invoice" });
/** It names the payment above. */
const joined = stripe.invoicePayment({ id: "inpay_1", invoice, at, eventId: "evt_joined" });

const chargesOf = async ({ tallyhook: { services } }: Composed) => {
  const { rows } = await listCharges(services.store.read, {}, { limit: 50, after: null });
  return rows.map(({ charge, toppedUp, takenBack }) => [charge.kind, charge.key.ref, toppedUp - takenBack]);
};
const worthOf = async ({ tallyhook: { services } }: Composed) => {
  const rows = await services.store.read.selectFrom("wallets").select("paid").execute();
  return rows.map(({ paid }) => BigInt(paid));
};
const openKinds = async ({ tallyhook: { services } }: Composed) => {
  const { rows } = await listDiscrepancies(
    services.store.read,
    { status: "open" },
    { limit: 50, after: null },
  );
  return rows.map(({ kind }) => kind);
};
const isSound = async ({ tallyhook: { services } }: Composed) =>
  expect(await audit(services)).toMatchObject({ ok: true, problems: [] });

describe.each(engines)("a plain payment in a shop without invoices, on $name", ({ freshDatabaseUrl }) => {
  test("is a sale at once, with the word, and waits without it", async () => {
    const without = await composed(await freshDatabaseUrl());
    expect(await without.receive(paid, "stripe")).toMatchObject({ outcome: "waiting" });
    const books = await composed(await freshDatabaseUrl(), { policy: unlessInvoiced });
    expect(await books.receive(paid, "stripe")).toMatchObject({ outcome: "applied" });
    expect(await chargesOf(books)).toEqual([["charge", "ch_1", 2000n]]);
    await isSound(books);
  });

  test("that waits becomes one when the word is put in force, dated as it was paid; and waits again under another", async () => {
    const url = await freshDatabaseUrl();
    await (await composed(url)).receive(paid, "stripe");
    await closeAll();
    const books = await composed(url, { policy: unlessInvoiced });
    const { services } = books.tallyhook;
    expect(await followCurrentPolicy(services)).toBe(1);
    expect(await followCurrentPolicy(services)).toBe(0);
    expect(await chargesOf(books)).toEqual([["charge", "ch_1", 2000n]]);
    const dates = await services.store.read.selectFrom("entries").select("effective_at").distinct().execute();
    expect(dates.map(({ effective_at }) => BigInt(effective_at))).toEqual([BigInt(created) * 1_000_000_000n]);
    const event = await services.store.read.selectFrom("events").select("outcome").executeTakeFirst();
    expect(event).toEqual({ outcome: "applied" });
    await isSound(books);
    const undone = rebook(services, {
      policyVersion: 1,
      from: null,
      to: null,
      apply: true,
      reason: "mistaken",
    });
    for await (const difference of undone) expect(difference).toMatchObject({ toppedUp: [2000n, 0n] });
    expect(await worthOf(books)).toEqual([0n]);
    await isSound(books);
  });

  test.each([
    ["payment, invoice, both", [paid, invoice, joined]],
    ["both, payment, invoice", [joined, paid, invoice]],
  ])("that has an invoice after all is worth what the invoice is: %s", async (_, events) => {
    const books = await composed(await freshDatabaseUrl(), { policy: unlessInvoiced });
    for (const event of events) await books.receive(event, "stripe");
    expect(await chargesOf(books)).toEqual([["invoice", "in_1", 2000n]]);
    expect(await worthOf(books)).toEqual([2000n]);
    expect(await openKinds(books)).toEqual(["invoice_told"]);
    await isSound(books);
  });

  test("is refused that word where an invoice was heard of", async () => {
    const url = await freshDatabaseUrl();
    await (await composed(url)).receive(invoice, "stripe");
    await closeAll();
    const start = composed(url, { policy: unlessInvoiced });
    await expect(start).rejects.toThrow(ConfigurationError);
    await expect(start).rejects.toThrow(
      "POLICY_FILE: standalone is unless_invoiced, but stripe:default has told invoices: say evidence",
    );
  });
});
