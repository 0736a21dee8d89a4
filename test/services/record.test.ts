import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PolicyInput } from "../../src/services/charges/policy-input.ts";
import { Replacements } from "../../src/services/inbox/replacements.ts";
import { type RecordOptions, recordFixtures } from "../../src/services/recording/record.ts";
import { listCharges } from "../../src/store/charges/read/charges.ts";
import { listWallets } from "../../src/store/wallets/read/wallets.ts";
import { engines } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import { type Composed, closeAll, composed } from "./composed.ts";

afterEach(closeAll);

const policyFolder = mkdtempSync(join(tmpdir(), "tallyhook-record-"));
afterAll(() => rmSync(policyFolder, { recursive: true }));

const folder = join(projectRoot, "fixtures");
const read = (file: string) => readFileSync(join(folder, file));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
/** All recorded bodies of the project, each event once. */
const bodies = [
  ...files
    .filter((file) => file.endsWith(".json") && !/(?:expected|policy)\.json$/.test(file))
    .map((file) => read(file)),
  ...files
    .filter((file) => file.endsWith(".jsonl"))
    .flatMap((file) => read(file).toString().trim().split("\n").map(Buffer.from)),
];

async function recorded({ tallyhook }: Composed, of: Partial<RecordOptions>) {
  const fixtures = [];
  const options = { type: null, limit: null, redact: false, ...of };
  for await (const fixture of recordFixtures(tallyhook.services, options)) fixtures.push(fixture);
  return fixtures.reverse();
}

/** Every amount, time and status of every charge, in the order they were seen, and what the wallets hold. */
async function figures({ tallyhook }: Composed) {
  const charges = [];
  for (let after: string | null = null; ; ) {
    const { rows, next } = await listCharges(tallyhook.services.store.read, {}, { limit: 100, after });
    charges.push(...rows.map(({ charge, pin, owner, ...view }) => ({ charge: plain(charge), ...view })));
    after = next;
    if (after === null) break;
  }
  const wallets = await listWallets(tallyhook.services.store.read, {}, { limit: 200, after: null });
  return { charges, wallets: wallets.rows.map(({ paid, recovery, seq }) => ({ paid, recovery, seq })) };
}

const names = new Set([
  "key",
  "metadata",
  "description",
  "invoiceNumber",
  "last4",
  "reason",
  "lineRef",
  "id",
  "chargeId",
]);

/** Without what names a person or a document. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !names.has(name) && !/ref$/i.test(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, plain(part)]));
}

async function withPolicy(databaseUrl: string, policy: PolicyInput): Promise<Composed> {
  const file = join(policyFolder, "policy.json");
  writeFileSync(file, JSON.stringify(policy));
  return composed(databaseUrl, { environment: { POLICY_FILE: file } });
}

const policies: [string, PolicyInput][] = [
  ["the default policy", {}],
  [
    "a policy that matches prices and metadata",
    {
      rules: [
        { match: { metadata: { wallet: "top_up" } }, effect: "top_up", basis: "total" },
        { match: { price_ref: "pri_01ke6sjt80mmm2k8w1zhj23q0t" }, effect: "debit" },
      ],
      default: { effect: "none" },
    },
  ],
];

describe.each(engines)("what was received, recorded from $name", ({ freshDatabaseUrl }) => {
  test("holds the same data", async () => {
    const source = await composed(await freshDatabaseUrl());
    const [body = Buffer.of()] = bodies;
    await source.receive(body);
    const [fixture, ...others] = await recorded(source, {});
    const event = JSON.parse(body.toString());
    expect(others).toEqual([]);
    expect(fixture).toMatchObject({ provider: "paddle", type: event.event_type, eventId: event.event_id });
    expect(fixture?.text).toBe(`${JSON.stringify(event, null, 2)}\n`);
  });
});

test.each(policies)(
  "what was received gives the same figures when it is redacted and replayed, under %s",
  async (_, policy) => {
    const source = await withPolicy("sqlite::memory:", policy);
    for (const body of bodies) await source.receive(body);
    const fixtures = await recorded(source, { redact: true });
    const copy = await withPolicy("sqlite::memory:", policy);
    for (const { text } of fixtures) await copy.receive(Buffer.from(text));
    const expected = await figures(source);
    expect(expected.charges.length).toBeGreaterThan(30);
    expect(await figures(copy)).toEqual(expected);
  },
);
describe("a redacted body", () => {
  const open = () => composed("sqlite::memory:");
  const seed = () => JSON.parse(read("paddle/transaction.completed/seed.json").toString());

  const personal = [
    "Jane Q. Öztürk",
    "jane.ozturk@mail.example.org",
    "1 Rue de l'Église, Apt 4",
    "SW1A 1AA",
    "+44 20 7946 0958",
    "203.0.113.77",
    "2001:db8:85a3::8a2e:370:7334",
    "GB123456789",
    "12-3456789",
    "Öztürk Holdings Ltd",
    "https://shop.example.org/pay?_ptxn=txn_01hjane&email=jane.ozturk%40mail.example.org",
    "6789",
    "customer since spring",
    "51abe9aa-d03c-4397-aa71-e48e0f775b63",
  ] as const;
  const [
    name,
    email,
    street,
    postcode,
    phone,
    ip,
    ipv6,
    taxNumber,
    companyNumber,
    company,
    url,
    last4,
    note,
  ] = personal;

  function planted() {
    const event = seed();
    event.data.customer = { id: event.data.customer_id, name, email, locale: "en", phone_number: phone };
    event.data.address = {
      first_line: street,
      city: "Grimsby-on-Sea",
      postal_code: postcode,
      country_code: "GB",
    };
    event.data.business = { name: company, tax_identifier: taxNumber, company_number: companyNumber };
    event.data.business.contacts = [{ name, email }];
    event.data.checkout = { url, ip_address: ip, ipv6 };
    event.data.custom_data = { owner: email, note, seats: 90210777, [email]: true, deep: [{ phone }] };
    event.data.payments[0].method_details.card = {
      type: "visa",
      last4,
      expiry_month: 7,
      expiry_year: 2031,
      cardholder_name: name,
    };
    return event;
  }

  test("holds nothing personal of what was planted, and the same stand-in wherever a value stood", async () => {
    const source = await open();
    const event = planted();
    expect(await source.receive(event)).toMatchObject({ outcome: "applied" });
    await source.receive({ ...planted(), event_id: "evt_jane_again", event_type: "transaction.updated" });
    const [fixture, again] = await recorded(source, { redact: true });
    const text = JSON.stringify([fixture, again]);
    for (const value of personal) expect(text).not.toContain(value);
    for (const id of [event.event_id, event.data.id, event.data.customer_id, "Grimsby", "90210777", "jane"])
      expect(text).not.toContain(id);
    expect(text).not.toMatch(/2031|"expiry_month\W+7\b/);

    const { data } = JSON.parse(fixture?.text ?? "");
    expect(data.customer.email).toMatch(/^person-[0-9a-f]{12}@example\.com$/);
    expect(new Set([data.customer.email, data.business.contacts[0].email, data.custom_data.owner]).size).toBe(
      1,
    );
    expect(data.custom_data[data.customer.email]).toBe(true);
    expect(data.customer.id).toBe(data.customer_id);
    expect(data.customer_id).toMatch(/^ctm_[0-9a-z]{26}$/);
    expect(data.customer.phone_number).toMatch(/^\+\d\d \d\d \d{4} \d{4}$/);
    expect(data.payments[0].method_details.card.last4).toMatch(/^\d{4}$/);
    expect(data.id).toBe(JSON.parse(again?.text ?? "").data.id);
    expect(fixture?.eventId).toBe(JSON.parse(fixture?.text ?? "").event_id);
  });

  test("keeps amounts, currencies, statuses, times and the seller's own prices", async () => {
    const source = await open();
    await source.receive(planted());
    const [fixture] = await recorded(source, { redact: true });
    const [is, was] = [JSON.parse(fixture?.text ?? ""), planted()];
    expect(is.data.details.totals).toEqual(was.data.details.totals);
    expect(is.data.details.payout_totals).toEqual(was.data.details.payout_totals);
    expect(is.occurred_at).toBe(was.occurred_at);
    for (const field of [
      "status",
      "origin",
      "currency_code",
      "collection_mode",
      "billed_at",
      "billing_period",
    ])
      expect([field, is.data[field]]).toEqual([field, was.data[field]]);
    expect(is.data.items[0].price_id ?? is.data.items[0].price.id).toBe(
      was.data.items[0].price_id ?? was.data.items[0].price.id,
    );
  });

  test("is the same when it is recorded again, as long as the secrets are", async () => {
    const source = await open();
    await source.receive(planted());
    expect(await recorded(source, { redact: true })).toEqual(await recorded(source, { redact: true }));
  });

  test("two values never become one, however few there are of their kind", async () => {
    const replacements = new Replacements("secret");
    const values = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0"));
    const replaced = values.map((value) => replacements.of(value));
    expect(new Set(replaced).size).toBe(100);
    expect(replaced.filter((value, index) => value === values[index])).toEqual([]);
  });
});

test("a type and a limit choose the newest of that type", async () => {
  const source = await composed("sqlite::memory:");
  for (const body of bodies) await source.receive(body);
  const all = await recorded(source, {});
  const ofType = all.filter(({ type }) => type === "transaction.completed");
  expect(ofType.length).toBeGreaterThan(2);
  const type = "transaction.completed";
  expect(await recorded(source, { type })).toEqual(ofType);
  expect(await recorded(source, { type, limit: 2 })).toEqual(ofType.slice(-2));
});
