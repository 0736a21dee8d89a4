import { defaultTerms } from "../../src/services/charges/read-policy.ts";
import { readOverview } from "../../src/services/reconciling/read-overview.ts";
import { diagnose } from "../../src/services/running/diagnose.ts";
import { doctorFindings } from "../../src/services/running/findings.ts";
import { signatureHeader } from "../../src/tallyhook.ts";
import { engines } from "../support/engines.ts";
import { type Composed, closeAll, composed, eventOf, lineOf, saleOf, transactionEvent } from "./composed.ts";
import { execute, plantTrigger } from "./planted-trigger.ts";

afterEach(closeAll);

const judged = {
  mode: "live",
  hasSecret: true,
  hasApiKey: true,
  publicUrl: null,
  plainPasswordsOf: [],
  keys: [],
};
/** What a diagnosis finds, but for how safely the tests' own PostgreSQL writes: it is fast, and says that it is not durable. */
const judge = (diagnosis: Parameters<typeof doctorFindings>[0]) =>
  doctorFindings(diagnosis, judged).filter(({ code }) => code !== "not_durable");
const codesOf = (diagnosis: Parameters<typeof doctorFindings>[0]) => judge(diagnosis).map(({ code }) => code);
const look = ({ tallyhook }: Composed) =>
  diagnose(tallyhook.services, { terms: defaultTerms, migrate: true });
const sale = (index: number) => saleOf(index, [lineOf(`txnitm_${index}`, "pri_topup", 1000)]);
const dayInSeconds = 86_400;

const stripeEvent = {
  id: "evt_1",
  object: "event",
  type: "product.created",
  created: 1_767_571_200,
  livemode: false,
  api_version: "2026-10-28.endive",
  data: { object: { id: "prod_1", object: "product" } },
};

/** A delivery of Stripe's, as it comes in by HTTP; without a secret nobody signed it. */
function post({ tallyhook, clock }: Composed, secret: string | null): Promise<Response> {
  const body = Buffer.from(JSON.stringify(stripeEvent));
  const signed = secret === null ? null : signatureHeader("stripe", body, { secret, at: clock.now() });
  const headers: Record<string, string> = signed === null ? {} : { [signed.name]: signed.value };
  const url = "http://127.0.0.1/webhooks/stripe";
  return tallyhook.handleWebhook(new Request(url, { method: "POST", body, headers }));
}

describe.each(engines)("a diagnosis on $name", ({ name, freshDatabaseUrl }) => {
  test("says what arrived, what never did, and what is open", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await composed(databaseUrl);
    const healthy = await look(running);
    expect(healthy.openEvents).toEqual([]);
    expect(codesOf(healthy)).toEqual(["nothing_arrived"]);

    await plantTrigger(databaseUrl, "txn_2");
    await running.receive(transactionEvent(sale(1)));
    await running.receive(transactionEvent(sale(2)));
    await running.receive(eventOf("transaction.paid", "broken", {}));
    const diagnosis = await look(running);
    const arrived = diagnosis.eventTypes.filter(({ count }) => count > 0);
    expect(arrived.map(({ type, count, lastReceivedAt }) => [type, count, lastReceivedAt])).toEqual([
      ["transaction.paid", 1, running.clock.now()],
      ["transaction.completed", 2, running.clock.now()],
    ]);
    expect(diagnosis.openEvents.map(({ name, count }) => [name, Number(count)])).toEqual([
      ["failed", 1],
      ["parked", 1],
    ]);
    expect(diagnosis.policy).toMatchObject({ version: 1, stored: [1] });
    const findings = judge(diagnosis);
    expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual([
      "wrong events_failed",
      "wrong events_parked",
      "warning clock_unsure",
      "warning events_unreadable",
      "warning types_never_arrived",
    ]);
    expect(diagnosis.unreadable).toEqual([{ provider: "paddle", apiVersion: null, count: 1n }]);
    expect(findings.at(-1)?.message).toContain("payout.paid");
    expect(findings.at(-1)?.message).not.toContain("transaction.completed");
  });

  test("says who fell silent: for twice its longest pause, six hours at least, once it has delivered twenty times", async () => {
    const running = await composed(await freshDatabaseUrl());
    const hour = 3600;
    const isSilent = async () => (await look(running)).paces.map((pace) => pace.isSilent);
    for (let index = 1; index < 20; index += 1) {
      await running.receive(transactionEvent(sale(index)));
      running.clock.advance(index === 10 ? 5 * hour : hour / 10);
    }
    running.clock.advance(12 * hour);
    expect(await isSilent()).toEqual([false]);
    await running.receive(transactionEvent(sale(20)));
    // Twelve hours and a few minutes were its longest pause by now.
    running.clock.advance(24 * hour);
    expect(await isSilent()).toEqual([false]);
    running.clock.advance(hour);
    expect(await isSilent()).toEqual([true]);
    const diagnosis = await look(running);
    const found = judge(diagnosis).filter(({ code }) => code === "provider_silent");
    expect(found).toMatchObject([{ level: "wrong" }]);
    expect(found[0]?.message).toMatch(/^paddle has sent nothing for default in 25 hours/);
    const { accounts } = await readOverview(running.tallyhook.services);
    expect(accounts.map(({ provider, isSilent }) => [provider, isSilent])).toEqual([
      ["paddle", true],
      ["stripe", false],
    ]);
    await running.receive(transactionEvent(sale(21)));
    expect(await isSilent()).toEqual([false]);
  });

  test("says which deliveries were refused, and writes that down once in a while", async () => {
    const databaseUrl = await freshDatabaseUrl();
    let running = await composed(databaseUrl);
    const refusedOf = async () =>
      (await look(running)).refused.map(({ provider, code, count }) => [provider, code, Number(count)]);
    await post(running, "whsec_of-another-destination");
    for (let looks = 0; looks < 10_000 && (await refusedOf()).length === 0; looks += 1)
      await new Promise(setImmediate);
    for (let index = 0; index < 9; index += 1) await post(running, "whsec_of-another-destination");
    await post(running, null);
    expect(await refusedOf()).toEqual([["stripe", "signature_mismatch", 1]]);
    const found = async () => judge(await look(running)).filter(({ code }) => code === "deliveries_refused");
    expect(await found()).toMatchObject([{ level: "wrong" }]);
    const { destinations } = await readOverview(running.tallyhook.services);
    expect(destinations).toEqual([{ provider: "stripe", account: "default", ...(await found())[0] }]);

    await closeAll();
    running = await composed(databaseUrl, { clock: running.clock });
    expect(await refusedOf()).toEqual([
      ["stripe", "signature_mismatch", 10],
      ["stripe", "signature_missing", 1],
    ]);
    const [mismatch, missing] = await found();
    expect(mismatch?.message).toMatch(
      /^10 deliveries to \/webhooks\/stripe were refused since 2026-.*: signature_mismatch\. Compare STRIPE_WEBHOOK_SECRET /,
    );
    expect(missing).toMatchObject({ level: "warning" });
    expect(missing?.message).toMatch(/^One delivery to .*was refused.*may be a stranger/);

    const { clock } = running;
    clock.advance(3600);
    await running.receive(stripeEvent, "stripe");
    expect(await found()).toMatchObject([{ level: "wrong" }, { level: "warning" }]);
    clock.advance(dayInSeconds);
    await running.receive({ ...stripeEvent, id: "evt_later" }, "stripe");
    expect(await found()).toMatchObject([{ level: "warning" }, { level: "warning" }]);
    clock.advance(2 * dayInSeconds);
    expect(await found()).toEqual([]);
  });

  test("takes what was refused under other secrets for no fault of these, and counts anew under these", async () => {
    const databaseUrl = await freshDatabaseUrl();
    let running = await composed(databaseUrl, {
      environment: { STRIPE_WEBHOOK_SECRET: "whsec_mistyped-by-somebody" },
    });
    const found = async () => judge(await look(running)).filter(({ code }) => code === "deliveries_refused");
    await post(running, "whsec_of-the-services-tests");
    await closeAll();
    running = await composed(databaseUrl, { clock: running.clock });
    const [before] = await found();
    expect(before).toMatchObject({ level: "warning" });
    expect(before?.message).toMatch(
      /The secrets are others since: restart a server that still runs with those/,
    );
    await post(running, "whsec_of-another-destination");
    await post(running, "whsec_of-another-destination");
    await closeAll();
    running = await composed(databaseUrl, { clock: running.clock });
    expect(await found()).toMatchObject([
      { level: "wrong", message: expect.stringMatching(/^2 deliveries/) },
    ]);
  });

  test("says how safely the engine writes, and that what is not safe is wrong", async () => {
    const running = await composed(await freshDatabaseUrl());
    const diagnosis = await look(running);
    const { engine, settings } = diagnosis.database;
    expect(engine).toBe(name);
    const says = (set: Readonly<Record<string, string>>) => {
      const database = { ...diagnosis.database, settings: { ...settings, ...set } };
      return doctorFindings({ ...diagnosis, database }, judged).map(({ code }) => code);
    };
    const safe =
      name === "sqlite"
        ? { journal_mode: "wal", synchronous: "full" }
        : { synchronous_commit: "on", fsync: "on" };
    expect(Object.keys(settings)).toEqual(expect.arrayContaining(Object.keys(safe)));
    if (name === "sqlite") expect(settings).toMatchObject(safe);
    expect(says(safe)).not.toContain("not_durable");
    for (const setting of Object.keys(safe))
      expect([setting, says({ ...safe, [setting]: "off" })]).toEqual([
        setting,
        expect.arrayContaining(["not_durable"]),
      ]);
  });

  test("sees a clock that is behind, and waiting that has lasted too long", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await composed(databaseUrl);
    const codes = async () => codesOf(await look(running));
    const { clock } = running;
    const ahead = (seconds: number) =>
      new Date(Number(clock.now() / 1_000_000n) + seconds * 1000).toISOString();
    const adjustment = {
      ...eventOf("adjustment.created", "early", {
        id: "adj_1",
        action: "refund",
        transaction_id: "txn_9",
        customer_id: "ctm_1",
        currency_code: "USD",
        status: "approved",
        items: [],
        totals: { subtotal: "1", tax: "0", total: "1", fee: "0", earnings: "1", currency_code: "USD" },
        created_at: "2026-01-03T00:00:00Z",
      }),
      occurred_at: ahead(20),
    };
    expect(await running.receive(adjustment)).toMatchObject({ outcome: "waiting" });
    expect(await codes()).toEqual(["clock_behind", "types_never_arrived"]);
    await running.receive({ ...transactionEvent(sale(1)), occurred_at: ahead(400) });
    expect(doctorFindings(await look(running), judged)).toContainEqual(
      expect.objectContaining({ level: "wrong", code: "clock_behind" }),
    );
    clock.advance(4 * dayInSeconds);
    expect(await codes()).toContain("events_waiting");
  });

  test("does not pass over an open discrepancy", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await composed(databaseUrl);
    await running.receive(transactionEvent(sale(1)));
    await running.receive({ ...transactionEvent(sale(1)), data: { id: "txn_1" } });
    const diagnosis = await look(running);
    expect(diagnosis.openDiscrepancies).toMatchObject([{ name: "event_content_differs", count: 1n }]);
    expect(codesOf(diagnosis)[0]).toBe("discrepancies_open");
    await execute(databaseUrl, `update discrepancies set due_at = ${running.clock.now() + 1n}`);
    const early = judge(await look(running)).filter(({ code }) => code.startsWith("discrepancies"));
    expect(early).toMatchObject([{ level: "warning", code: "discrepancies_not_due" }]);
    await execute(databaseUrl, "update discrepancies set status = 'resolved'");
    expect((await look(running)).openDiscrepancies).toEqual([]);
  });
});

test.each([
  [
    "live",
    "stripe",
    "test",
    /^MODE \(in an app: [^)]+\) is live, but STRIPE_API_KEY \(in an app: [^)]+\) is of test mode\. Set the key of the live account, or the mode to test\.$/,
  ],
  [
    "live",
    "paddle",
    "test",
    /^MODE \(in an app: [^)]+\) is live, but PADDLE_API_KEY \(in an app: [^)]+\) is of the sandbox\./,
  ],
  [
    "test",
    "stripe",
    "live",
    /^MODE \(in an app: [^)]+\) is test, but STRIPE_API_KEY \(in an app: [^)]+\) reads real money\..* or the mode to live\.$/,
  ],
  [
    "test",
    "paddle",
    "live",
    /^MODE \(in an app: [^)]+\) is test, but PADDLE_API_KEY \(in an app: [^)]+\) reads real money\./,
  ],
] as const)(
  "MODE=%s with %s's key of %s mode is wrong, with its own it is not",
  async (mode, provider, ofKey, said) => {
    const diagnosis = await look(await composed("sqlite::memory:"));
    const found = (keyMode: "live" | "test" | undefined) =>
      doctorFindings(diagnosis, { ...judged, mode, keys: [{ provider, mode: keyMode }] }).filter(
        ({ code }) => code === "key_of_other_mode",
      );
    expect(found(ofKey)).toMatchObject([{ level: "wrong", message: expect.stringMatching(said) }]);
    expect([found(mode), found(undefined)]).toEqual([[], []]);
  },
);

test("thin events count as the types that they tell of, and what never came is told with its provider's name", async () => {
  const running = await composed("sqlite::memory:");
  const thin = {
    id: "evt_thin",
    object: "v2.core.event",
    type: "v1.invoice.paid",
    created: "2026-01-05T00:00:00Z",
    livemode: false,
    context: null,
    related_object: { id: "in_1", type: "invoice", url: "/v1/invoices/in_1" },
  };
  await running.receive(thin, "stripe");
  const diagnosis = await look(running);
  const paid = diagnosis.eventTypes.filter(({ type }) => type.includes("invoice.paid"));
  expect(paid).toMatchObject([{ provider: "stripe", type: "invoice.paid", count: 1 }]);
  const never = judge(diagnosis).find(({ code }) => code === "types_never_arrived");
  expect(never?.message).toContain("paddle payout.paid");
  expect(never?.message).toContain("stripe payout.paid");
  expect(never?.message).not.toContain("invoice.paid");
});

test("without secrets, keys or a mode, and with a password in the clear, that is said", async () => {
  const running = await composed("sqlite::memory:");
  const findings = doctorFindings(await look(running), {
    mode: "any",
    hasSecret: false,
    hasApiKey: false,
    publicUrl: null,
    plainPasswordsOf: ["fiona"],
    keys: [],
  });
  expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual([
    "wrong no_webhook_secret",
    "warning no_api_key",
    "warning mode_any",
    "warning nothing_arrived",
    "warning plain_password",
  ]);
});
