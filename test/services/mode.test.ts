import type { EventOrigin } from "../../src/domain/event.ts";
import { openingBalanceBody } from "../../src/providers/stripe/transfers.ts";
import { receiveTelling, retryEvent } from "../../src/services/inbox/receive.ts";
import { diagnose } from "../../src/services/running/diagnose.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { engines } from "../support/engines.ts";
import { closeAll, composed, lineOf, saleOf, transactionEvent } from "./composed.ts";

afterEach(closeAll);

const payout = { id: "po_1", object: "payout", amount: 2_000, currency: "usd", status: "paid", created: 1 };

function event(id: string, livemode: unknown) {
  const envelope = { id, object: "event", type: "payout.paid", created: 1_767_225_600, livemode };
  return Buffer.from(JSON.stringify({ ...envelope, data: { object: payout } }));
}

describe.each(engines)("an installation that takes live events only, on $name", ({ freshDatabaseUrl }) => {
  const start = async (mode: string) => composed(await freshDatabaseUrl(), { environment: { MODE: mode } });

  test.each([
    ["of a test", false, "wrong_mode: this installation"],
    ["that does not say", undefined, "wrong_mode: livemode is missing: this installation"],
    ["that says nothing readable", "true", "wrong_mode: livemode is missing: this installation"],
    ["of live money", true, null],
  ])("parks a webhook %s", async (_, livemode, reason) => {
    const { receive } = await start("live");
    const outcome = reason === null ? "applied" : "parked";
    const said = await receive(event("evt_1", livemode), "stripe");
    expect(said).toMatchObject({ outcome });
    expect(said.kind === "accepted" ? said.reason : said.kind).toEqual(
      reason === null ? null : expect.stringContaining(reason),
    );
  });

  test("takes a parked one as soon as it takes any", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const live = await composed(databaseUrl, { environment: { MODE: "live" } });
    expect(await live.receive(event("evt_1", undefined), "stripe")).toMatchObject({ outcome: "parked" });
    const any = await composed(databaseUrl, { environment: { MODE: "any" } });
    const id = "stripe:default:evt_1" as Parameters<typeof retryEvent>[1];
    expect(await retryEvent(any.tallyhook.services, id)).toMatchObject({ outcome: "applied" });
  });

  test.each<Exclude<EventOrigin, "webhook">>(["backfill", "import"])(
    "believes what it asked for by %s, which names no mode",
    async (origin) => {
      const { tallyhook, clock } = await start("live");
      const told = await receiveTelling(tallyhook.services, {
        provider: "stripe",
        account: "default",
        body: openingBalanceBody({ at: 0n, currency: "USD", amount: 1n, evidence: "stated" }),
        origin,
        receivedAt: clock.now(),
        unlessKnown: true,
      });
      expect(told).toMatchObject({ outcome: "applied" });
    },
  );
});

const sold = transactionEvent(saleOf(1, [lineOf("txnitm_1", "pri_1", 1_000)]));
const simulated = { ...sold, event_id: "ntfsimevt_1", notification_id: "ntfsimntf_1" };

describe.each(engines)("an event that Paddle's simulator made, on $name", ({ freshDatabaseUrl }) => {
  test.each([
    ["by its event", "live", null, simulated, "parked"],
    ["by its delivery alone", "live", null, { ...sold, notification_id: "ntfsimntf_1" }, "parked"],
    ["beside a live key", "any", "pdl_live_apikey_of-the-tests", simulated, "parked"],
    ["beside a sandbox's key", "any", "pdl_sdbx_apikey_of-the-tests", simulated, "applied"],
    ["where nothing is said to be live", "any", null, simulated, "applied"],
    ["of a test", "test", "pdl_live_apikey_of-the-tests", simulated, "applied"],
  ])("told %s in mode %s with the key %s", async (_, mode, key, event, outcome) => {
    // Asked at a stand-in, a key may be of any mode.
    const PADDLE_API_URL = "http://127.0.0.1:1";
    const environment = { MODE: mode, ...(key === null ? {} : { PADDLE_API_KEY: key, PADDLE_API_URL }) };
    const { receive, tallyhook } = await composed(await freshDatabaseUrl(), { environment });
    const said = await receive(event);
    expect(said).toMatchObject({ outcome });
    const reason = said.kind === "accepted" ? said.reason : said.kind;
    expect(reason).toEqual(outcome === "parked" ? expect.stringMatching(/^simulated: /) : null);
    const { rows } = await listCharges(tallyhook.services.store.read, {}, { limit: 5, after: null });
    expect(rows).toHaveLength(outcome === "parked" ? 0 : 1);
  });

  test("is counted by the diagnosis where it was booked, and only there", async () => {
    const booking = await composed(await freshDatabaseUrl(), { environment: { MODE: "any" } });
    await booking.receive(simulated);
    await booking.receive(transactionEvent(saleOf(2, [lineOf("txnitm_2", "pri_1", 1_000)])));
    const asked = { terms: null, migrate: false };
    expect(await diagnose(booking.tallyhook.services, asked)).toMatchObject({ simulatedBooked: 1 });
    const parking = await composed(await freshDatabaseUrl(), { environment: { MODE: "live" } });
    await parking.receive(simulated);
    expect(await diagnose(parking.tallyhook.services, asked)).toMatchObject({ simulatedBooked: 0 });
  });
});
