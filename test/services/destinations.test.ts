import { readFileSync } from "node:fs";
import { describeDiagnosis } from "../../src/cli/doctor.ts";
import { setting as settingOf } from "../../src/domain/setting.ts";
import { ownProviders } from "../../src/providers/kit/own-providers.ts";
import { backfill } from "../../src/services/backfill/backfill.ts";
import { defaultTerms } from "../../src/services/charges/read-policy.ts";
import { readOverview } from "../../src/services/reconciling/read-overview.ts";
import { diagnose } from "../../src/services/running/diagnose.ts";
import { doctorFindings } from "../../src/services/running/findings.ts";
import type { StatedDestinations } from "../../src/simulator/stand-in/answer.ts";
import { type StandIn, serveStandIn } from "../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../src/simulator/world.ts";
import { openConsole } from "../console/opened.ts";
import { engines } from "../support/engines.ts";
import { closeAll, composed } from "./composed.ts";

const world = buildWorld({ customers: 1, months: 1, seed: "destinations" });
const keys = { paddle: "pdl_live_apikey_of-a-test", stripe: "sk_test_of-a-test" };
const publicUrl = "https://billing.example.com/th";

const paddleTypes = ownProviders.paddle.subscribedEventTypes;
const stripeTypes = ownProviders.stripe.subscribedEventTypes;

const setting = (changed: object = {}) => ({
  id: "ntfset_1",
  type: "url",
  destination: `${publicUrl}/webhooks/paddle?token=of-nobodys-business`,
  active: true,
  api_version: 1,
  include_sensitive_fields: false,
  traffic_source: "platform",
  subscribed_events: paddleTypes.map((name) => ({
    name,
    description: "",
    group: "",
    available_versions: [1],
  })),
  endpoint_secret_key: "pdl_ntfset_that-nobody-may-see",
  ...changed,
});
const endpoint = (changed: object = {}) => ({
  id: "we_1",
  object: "webhook_endpoint",
  url: `${publicUrl}/webhooks/stripe`,
  status: "enabled",
  enabled_events: ["*"],
  api_version: "2026-10-28.endive",
  ...changed,
});
const thin = {
  id: "ed_1",
  object: "v2.core.event_destination",
  event_payload: "thin",
  status: "enabled",
  enabled_events: ["v1.invoice.paid"],
  webhook_endpoint: { url: `${publicUrl}/webhooks/stripe` },
};

/** Everything as it should be. */
const right: StatedDestinations = { notificationSettings: [setting()], webhookEndpoints: [endpoint()] };

let standIn: StandIn | undefined;
/** What doctor printed last. */
let described = "";
afterEach(async () => {
  await closeAll();
  await standIn?.close();
  standIn = undefined;
});

async function findings(
  destinations: StatedDestinations,
  {
    address = publicUrl,
    key = keys.paddle,
    forbidden = [],
  }: { address?: string | null; key?: string; forbidden?: readonly string[] } = {},
) {
  const now = world.endsAt;
  const asked = { port: 0, keys, misbehaviour: {}, seed: "s", now, destinations, forbidden };
  standIn = await serveStandIn(world, asked);
  const [sqlite] = engines;
  const { tallyhook } = await composed((await sqlite?.freshDatabaseUrl()) ?? "", {
    environment: {
      PADDLE_API_KEY: key,
      STRIPE_API_KEY: keys.stripe,
      PADDLE_API_URL: standIn.url,
      STRIPE_API_URL: standIn.url,
    },
  });
  const diagnosis = await diagnose(tallyhook.services, { terms: defaultTerms, migrate: true });
  const judged = {
    mode: "live",
    hasSecret: true,
    hasApiKey: true,
    publicUrl: address,
    plainPasswordsOf: [],
    keys: [],
  };
  described = describeDiagnosis(diagnosis, judged);
  return doctorFindings(diagnosis, judged).filter(({ code }) => code !== "nothing_arrived");
}

test("destinations that are as they should be are nothing to speak of, whole events or thin ones", async () => {
  expect(await findings(right)).toEqual([]);
  for (const [provider, types] of [
    ["paddle", paddleTypes],
    ["stripe", stripeTypes],
  ] as const)
    expect(described).toMatch(
      new RegExp(
        `${provider} +│ the destination is right, ${types.length} of ${types.length} events: ${publicUrl}/webhooks/${provider} `,
      ),
    );
  await standIn?.close();
  const eventDestinations = [{ ...thin, enabled_events: stripeTypes.map((type) => `v1.${type}`) }];
  expect(await findings({ ...right, webhookEndpoints: [], eventDestinations })).toEqual([]);
});

const planted: [string, StatedDestinations, string, RegExp][] = [
  [
    "a type is missing",
    {
      ...right,
      webhookEndpoints: [
        endpoint({ enabled_events: stripeTypes.filter((type) => !type.includes("dispute")) }),
      ],
    },
    "wrong destination_types_missing",
    /stripe is not subscribed to charge\.dispute\.closed, charge\.dispute\.created, /,
  ],
  [
    "Paddle's payouts are missing",
    { ...right, notificationSettings: [setting({ subscribed_events: [{ name: "transaction.completed" }] })] },
    "wrong destination_types_missing",
    /paddle .*adjustment\.created.*payout\.paid: subscribe, then run tallyhook backfill/,
  ],
  [
    "a second one at the address misses some, which the first one has",
    {
      ...right,
      notificationSettings: [
        setting(),
        setting({ id: "ntfset_2", subscribed_events: paddleTypes.slice(3).map((name) => ({ name })) }),
      ],
    },
    "warning destination_types_elsewhere",
    new RegExp(
      `One of paddle's destinations, at .* is not subscribed to ${paddleTypes.slice(0, 3).join(", ")}; another`,
    ),
  ],
  [
    "there is none but for several at one other address",
    {
      ...right,
      webhookEndpoints: [1, 2].map(() => endpoint({ url: "https://old.example.com/webhooks/stripe" })),
    },
    "wrong destination_missing",
    /but to https:\/\/old\.example\.com\/webhooks\/stripe: make/,
  ],
  [
    "one is switched off",
    { ...right, notificationSettings: [setting({ active: false })] },
    "wrong destination_disabled",
    /paddle has switched off https:\/\/billing\.example\.com\/th\/webhooks\/paddle: nothing/,
  ],
  [
    "Stripe switched one off",
    { ...right, webhookEndpoints: [endpoint({ status: "disabled" })] },
    "wrong destination_disabled",
    /stripe has switched off/,
  ],
  [
    "there is none",
    { ...right, webhookEndpoints: [] },
    "wrong destination_missing",
    /stripe does not send to .*webhooks\/stripe, but nowhere/,
  ],
  [
    "it is of another address",
    { ...right, webhookEndpoints: [endpoint({ url: "https://old.example.com/webhooks/stripe" })] },
    "wrong destination_missing",
    /but to https:\/\/old\.example\.com\/webhooks\/stripe/,
  ],
  [
    "its path is another",
    {
      ...right,
      notificationSettings: [setting({ destination: "https://billing.example.com/webhooks/paddle" })],
    },
    "wrong destination_missing",
    /paddle does not send to https:\/\/billing\.example\.com\/th\/webhooks\/paddle/,
  ],
  [
    "it sends a version that came after this one",
    { ...right, webhookEndpoints: [endpoint({ api_version: "2031-04-30.zinnia" })] },
    "warning destination_version",
    /stripe sends its API version 2031-04-30\.zinnia to .*Choose that one, or upgrade/,
  ],
  [
    "Paddle's version is another",
    { ...right, notificationSettings: [setting({ api_version: 2 })] },
    "warning destination_version",
    /paddle sends its API version 2 to/,
  ],
  [
    "it gets a simulator's events alone",
    { ...right, notificationSettings: [setting({ traffic_source: "simulation" })] },
    "wrong destination_simulated",
    /only its simulator/,
  ],
  [
    "it gets a simulator's events, too",
    { ...right, notificationSettings: [setting({ traffic_source: "all" })] },
    "warning destination_simulated",
    /they are parked/,
  ],
];

test.each(planted)("where %s, doctor says so, and nothing else", async (_, destinations, said, message) => {
  const found = await findings(destinations);
  expect(found.map(({ level, code }) => `${level} ${code}`)).toEqual([said]);
  expect(found[0]?.message).toMatch(message);
  // A destination that is right is said so beside the one that is not.
  expect(described.split("the destination is right")).toHaveLength(2);
  expect(JSON.stringify(found)).not.toMatch(/nobody/);
});

/** Every list that is ever read, what its permission is called, and what else says that it lacks. */
const lists: [path: string, list: string, permission: string, level?: string][] = [
  ["/events", "events", "notification.read"],
  ["/transactions", "transactions", "transaction.read"],
  ["/adjustments", "adjustments", "adjustment.read"],
  ["/customers", "customers", "customer.read"],
  ["/notification-settings", "notification-settings", "notification_setting.read"],
  ["/v1/events", "events", "rak_event_read"],
  ["/v1/invoices", "invoices", "rak_invoice_read"],
  ["/v1/invoice_payments", "invoice_payments", "rak_invoice_read"],
  ["/v1/charges", "charges", "rak_charge_read"],
  ["/v1/payment_intents", "payment_intents", "rak_payment_intent_read"],
  ["/v1/checkout/sessions", "checkout/sessions", "rak_checkout_session_read"],
  ["/v1/refunds", "refunds", "rak_charge_read"],
  ["/v1/disputes", "disputes", "rak_dispute_read"],
  ["/v1/credit_notes", "credit_notes", "rak_credit_note_read"],
  ["/v1/payouts", "payouts", "rak_payout_read"],
  ["/v1/balance_transactions", "balance_transactions", "rak_balance_transaction_source_read"],
  ["/v1/customers", "customers", "rak_customer_read"],
  ["/v1/subscriptions", "subscriptions", "rak_subscription_read"],
  ["/v1/payment_links", "payment_links", "rak_payment_link_read"],
  ["/v1/webhook_endpoints", "webhook_endpoints", "rak_webhook_read"],
  ["/v2/core/event_destinations", "event_destinations", "rak_webhook_read"],
  ["/v1/account", "the account that it is of", "rak_accounts_kyc_basic_read", "warning"],
];

test.each(lists)(
  "a key that may not read %s is named, and nothing else",
  async (path, list, permission, level = "wrong") => {
    const found = await findings(right, { forbidden: [path] });
    expect(found.map((finding) => finding.level)).toEqual([level]);
    expect(found[0]?.code).toMatch(/^key_may_not_read/);
    const variable = path.startsWith("/v") ? "STRIPE_API_KEY" : "PADDLE_API_KEY";
    expect(found[0]?.message).toContain(`${settingOf(variable)} may not read ${list}`);
    expect(found[0]?.message).toContain(permission);
  },
);

test("the pages name every permission, and no other", () => {
  for (const [page, begins] of [
    ["paddle", ""],
    ["stripe", "rak_"],
  ] as const) {
    const text = readFileSync(`docs/connect-${page}.md`, "utf8");
    const named = new Set(text.match(new RegExp(`(?<=\`)${begins}\\w+[._]read(?=\`)`, "g")));
    const isOfPage = ([path]: (typeof lists)[number]) => path.startsWith("/v") === (page === "stripe");
    expect([...named].sort()).toEqual(
      [...new Set(lists.filter(isOfPage).map(([, , permission]) => permission))].sort(),
    );
  }
});

test.each(engines)(
  "what the last backfill could not read is said on $name until one could, and once where the key is why",
  async ({ freshDatabaseUrl }) => {
    const asked = { port: 0, keys, misbehaviour: {}, seed: "s", now: world.endsAt, destinations: right };
    const databaseUrl = await freshDatabaseUrl();
    const look = async (forbidden: readonly string[], asks: boolean) => {
      standIn = await serveStandIn(world, { ...asked, forbidden });
      const { tallyhook } = await composed(databaseUrl, {
        environment: { STRIPE_API_KEY: keys.stripe, STRIPE_API_URL: standIn.url },
      });
      if (asks) await backfill(tallyhook.services, { providers: null, window: null });
      const diagnosis = await diagnose(tallyhook.services, { terms: defaultTerms, migrate: true });
      await closeAll();
      await standIn.close();
      const judged = {
        mode: "test",
        hasSecret: true,
        hasApiKey: true,
        publicUrl,
        plainPasswordsOf: [],
        keys: [],
      };
      return doctorFindings(diagnosis, judged).filter(({ code }) => /backfill|may_not/.test(code));
    };
    expect(await look(["/v1/payouts"], true)).toMatchObject([{ code: "key_may_not_read" }]);
    const [unread, ...others] = await look([], false);
    expect(unread).toMatchObject({ level: "wrong", code: "backfill_incomplete" });
    expect(unread?.message).toMatch(
      /^The last backfill could not read stripe's payouts of default \(forbidden: /,
    );
    expect(others).toEqual([]);
    expect(await look([], true)).toEqual([]);
  },
);

test("of several lists that a key may not read each is named once, in one sentence", async () => {
  const found = await findings(right, { forbidden: ["/v1/payouts", "/v1/charges", "/v1/refunds"] });
  expect(found).toMatchObject([
    {
      level: "wrong",
      message: expect.stringMatching(
        /may not read charges, refunds, payouts: give it rak_charge_read, rak_payout_read \(/,
      ),
    },
  ]);
});

test("a key that is refused, and an address that nobody told, are said", async () => {
  const [refused] = await findings(right, { key: "pdl_live_apikey_of-others" });
  expect(refused).toMatchObject({ level: "wrong", code: "key_refused" });
  expect(refused?.message).toMatch(
    /^paddle refuses PADDLE_API_KEY \(in an app: [^)]+\): set one that is valid\..*unauthenticated/,
  );
  await standIn?.close();
  const unjudged = await findings(right, { address: null });
  expect(unjudged.map(({ code }) => code)).toEqual(["destination_unjudged", "destination_unjudged"]);
  expect(unjudged[0]?.message).toContain("https://billing.example.com/th/webhooks/paddle.");
});

test("the overview says the same of them, on the page and in the API", async () => {
  const notificationSettings = [setting({ subscribed_events: [{ name: "transaction.completed" }] })];
  const [found] = await findings({ ...right, notificationSettings });
  const [sqlite] = engines;
  const { tallyhook } = await composed((await sqlite?.freshDatabaseUrl()) ?? "", {
    environment: {
      PADDLE_API_KEY: keys.paddle,
      PADDLE_API_URL: standIn?.url ?? "",
      PUBLIC_URL: publicUrl,
      MODE: "live",
    },
  });
  const { services } = tallyhook;
  while ((await services.destinations()) === null);
  const { destinations } = await readOverview(services);
  expect(destinations).toEqual([{ provider: "paddle", account: "default", ...found }]);
  const opened = await openConsole(services);
  expect((await opened.get("/")).text).toContain(found?.message.slice(0, 60));
  await opened.close();
});
