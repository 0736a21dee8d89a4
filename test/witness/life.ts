import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { providerNames } from "../../src/domain/ids.ts";
import { backfill } from "../../src/services/backfill/backfill.ts";
import { deliverDue } from "../../src/services/outbox/deliver.ts";
import { createSender } from "../../src/services/outbox/send-message.ts";
import { performRun } from "../../src/services/reconciling/perform-run.ts";
import { comparableLevels } from "../../src/services/reconciling/plan-for.ts";
import { lapseCorrections } from "../../src/services/reconciling/resolve-discrepancy.ts";
import { sweep } from "../../src/services/spending/sweep.ts";
import { days } from "../../src/simulator/calendar.ts";
import { usualFaults, withFaults } from "../../src/simulator/faults.ts";
import { Random } from "../../src/simulator/random.ts";
import { reportsOf, wholeTime } from "../../src/simulator/reports/reports.ts";
import { meterPolicy } from "../../src/simulator/usage/meters.ts";
import { usageBody } from "../../src/simulator/usage/usage-call.ts";
import type { World } from "../../src/simulator/world.ts";
import { projectRoot } from "../support/project-root.ts";
import { accept, fail, Receiver } from "../support/receiver.ts";
import type { House } from "./house.ts";

export const seed = "witness";

/** What everything is booked by: the company's meters, and what makes wallets owe and be told of. */
export const policy = { ...meterPolicy(), on_uncovered_reversal: "recover", low_balance: { USD: "1000" } };

/** Every recorded body of both providers, once. */
export async function deliverFixtures(house: House): Promise<void> {
  for (const provider of providerNames)
    for (const path of globSync(`fixtures/${provider}/**/*.json`, { cwd: projectRoot }).sort())
      if (!path.endsWith(".expected.json"))
        await house.deliver(provider, readFileSync(join(projectRoot, path), "utf8"));
}

/**
 * A bad day for webhooks, each when it happened at the earliest; halfway what customers have is spent, so that not all can be
 * taken back from them. Then the providers are asked, and more is used.
 */
export async function deliverWorld(house: House, world: World): Promise<void> {
  const { sent } = withFaults(world.emissions, usualFaults, new Random(`${seed}/faults`));
  const half = Math.floor(sent.length / 2);
  for (const [index, { provider, body, at }] of sent.entries()) {
    if (index === half) await spendAll(house);
    await house.deliver(provider, body, at);
  }
  house.clock.setTo(presentOf(world));
  await backfill(house.tallyhook.services, { providers: null, window: null });
  for (let from = 0; from < world.usage.length; from += 100)
    await house.write("/v1/usage", { events: world.usage.slice(from, from + 100).map(usageBody) });
}

async function spendAll(house: House): Promise<void> {
  const { data } = await list(house, "/v1/wallets");
  for (const { id, available } of data.filter(({ available }) => available !== "0"))
    await house.write(`/v1/wallets/${id}/debits`, { amount: available, reason: "spent" });
}

/** When the providers are asked. */
export const presentOf = ({ endsAt }: World) => endsAt + days(40);

/** What an app does with a wallet, and what a person does by hand; some of it is refused. */
export async function spend(house: House): Promise<void> {
  const write = (path: string, body: object) => house.write(path, body);
  const payer = { owner: "witness", currency: "USD" };
  const wallet = await write("/v1/wallets", payer);
  const of = `/v1/wallets/${wallet.id}`;
  const grant = (amount: string, more: object = {}) =>
    write(`${of}/grants`, { amount, kind: "promo", reason: 'given, "so"\n=1+1', ...more });
  await grant("5000", { kind: "paid", source: "opening" });
  await grant("700", { kind: "paid", priority: -1 });
  await grant("900", { expires_at: inSeconds(house, 3_600) });
  const granted = await grant("300", { priority: 2 });
  const usage = (id: string, quantity: string, meter = "reports") => ({ id, ...payer, meter, quantity });
  await write("/v1/usage", {
    events: [
      usage("witness-1", "3"),
      usage("witness-2", "1234.5", "gigabyte_hours"),
      usage("witness-2", "1234.5", "gigabyte_hours"),
      usage("witness-1", "4"),
      usage("witness-3", "1", "unheard-of"),
      {
        id: "witness-4",
        wallet_id: wallet.id,
        meter: "api_calls",
        quantity: 77,
        occurred_at: "2026-11-05T06:07:08.123456Z",
      },
      { id: "witness-5" },
    ],
  });
  await write("/v1/usage/witness-1/reverse", { reason: "not used" });
  await write("/v1/usage/witness-1/reverse", { reason: "not used" });
  const hold = (body: object) => write("/v1/holds", { ...payer, expires_in: 60, ...body });
  const limit = { ...payer, meter: "reports", period: "month", amount: "900000" };
  await house.write("/v1/limits/witness-month", limit, "PUT");
  const settled = await hold({ amount: "200" });
  await write(`/v1/holds/${settled.id}/settle`, { amount: "150" });
  const measured = await hold({ meter: "reports", quantity: 4 });
  await write(`/v1/holds/${measured.id}/extend`, { expires_in: 600 });
  await write(`/v1/holds/${measured.id}/settle`, { quantity: "5.5" });
  const released = await hold({ amount: "90" });
  await write(`/v1/holds/${released.id}/release`, {});
  await write(`/v1/holds/${released.id}/settle`, { amount: "1" });
  await hold({ amount: "80" });
  await hold({ amount: "999999999" });
  const debited = await write(`${of}/debits`, { amount: "1200", reason: "by hand" });
  await write(`/v1/entries/${debited.entry_id}/reverse`, { reason: "of another" });
  await write(`/v1/entries/${granted.entry_id}/reverse`, { reason: "too much" });
  await write(`/v1/entries/${granted.entry_id}/reverse`, { reason: "too much" });
  // The hold and the lot that are left are due.
  await later(house, 7_200);
  await write("/v1/usage", { events: [usage("witness-6", "400")] });
  await hold({ amount: "1" });
  await grant("4000");
  await hold({ amount: "70", expires_in: 86_400 });
  await writeOff(house);
  await link(house);
}

/** Of a wallet from which more was taken back than it had. */
async function writeOff(house: House): Promise<void> {
  const { data } = await list(house, "/v1/wallets");
  for (const { id, recovery } of data.filter(({ recovery }) => BigInt(String(recovery)) > 1n).slice(0, 2)) {
    const half = String(BigInt(String(recovery)) / 2n);
    await house.write(`/v1/wallets/${id}/recovery/write-off`, { amount: half, reason: "forgiven" });
    await house.write(`/v1/wallets/${id}/recovery/write-off`, { amount: "99999999", reason: "too much" });
    await house.write(`/v1/wallets/${id}/grants`, { amount: "3", kind: "promo", reason: "repays" });
  }
}

/** Customers of both providers become one owner's, and one of them another's. */
async function link(house: House): Promise<void> {
  for (const provider of providerNames) {
    const { data } = await list(house, `/v1/charges?provider=${provider}&status=paid`);
    const customers = new Set(
      data.flatMap(({ customer_ref: ref, wallet_id }) => (wallet_id === null ? [] : (ref ?? []))),
    );
    for (const [index, customer_ref] of [...customers].slice(0, 2).entries())
      await house.write("/v1/customers/link", {
        provider,
        customer_ref,
        owner: index === 0 ? "witness" : `linked-${provider}`,
      });
    const [customer_ref] = customers;
    const to = { provider, customer_ref, owner: "moved" };
    await house.write("/v1/customers/link", to);
    await house.write("/v1/customers/link", { ...to, move: true });
  }
}

/** The reports of both providers, and a file that is none; then every level is held against what they state. */
export async function reconcile(house: House, world: World): Promise<void> {
  const window = wholeTime(world);
  const [from, to] = [secondsText(window.from), secondsText(window.to)];
  // Of which nobody has brought the report yet.
  await run(house, { provider: "paddle", level: "payout", from, to });
  for (const { provider, format, csv } of reportsOf(world, window))
    await house.write(`/v1/statements?provider=${provider}&format=${format}&from=${from}&to=${to}`, csv);
  const wrong =
    "category,description,net_amount,currency\nending_balance,End,12.00,usd\nending_balance,End,twelve,eur\n";
  await house.write(
    "/v1/statements?provider=stripe&format=balance_summary&from=2020-01-01&to=2020-02-01",
    wrong,
  );
  await house.write("/v1/statements?provider=paddle&format=transactions", "nothing of this\n1\n");
  for (const provider of providerNames)
    for (const level of comparableLevels(provider)) await run(house, { provider, level, from, to });
  await run(house, {
    provider: "stripe",
    level: "posting",
    from: "2026-09-01",
    to: "2026-10-01",
    zone: "Europe/Berlin",
  });
}

async function run(house: House, request: object): Promise<void> {
  const { services } = house.tallyhook;
  const { id } = await house.write("/v1/reconciliations", request);
  house.clock.setTo(0n);
  await performRun(services, id, new AbortController().signal);
  await lapseCorrections(services);
}

/** A person settles a few of what was found, in every way. */
export async function resolve(house: House): Promise<void> {
  const { data } = await list(house, "/v1/discrepancies?status=open");
  const ways = [
    { resolution: "accepted" },
    { resolution: "provider_fixed" },
    { resolution: "posted", account: "expenses:other" },
    { resolution: "written_off", amount: "1" },
  ];
  for (const [index, { id }] of data.slice(0, 40).entries()) {
    const way = ways[index % ways.length];
    await house.write(`/v1/discrepancies/${id}/resolve`, { ...way, reason: "looked at" });
  }
}

/** The app takes most of what it is told, and refuses some at first; those of some wallets it never takes. */
export async function tell(house: House): Promise<void> {
  const { services } = house.tallyhook;
  const receiver = await Receiver.start();
  const sender = createSender({
    url: receiver.url,
    secret: `whsec_${btoa("of the witness's own receiver")}`,
    allowPrivate: true,
  });
  const random = () => 0.5;
  try {
    receiver.answering = (arrived, response) =>
      (isAtFirst(arrived.id) || isNever(arrived.id) ? fail : accept)(arrived, response);
    await deliverDue(services, { sender, random });
    receiver.answering = (arrived, response) => (isNever(arrived.id) ? fail : accept)(arrived, response);
    // Longer than it is tried.
    for (let day = 0; day < 12; day += 1) {
      house.clock.setTo(house.clock.now() + days(1));
      await deliverDue(services, { sender, random });
    }
  } finally {
    sender.close();
    await receiver.close();
  }
  const { data } = await list(house, "/v1/outbox?status=dead");
  for (const { id } of data.slice(0, 2)) await house.write(`/v1/outbox/${id}/retry`, {});
}

const isAtFirst = (id: string): boolean => id.length % 3 === 0;
const isNever = (id: string): boolean => /^\w+_[0-3]/.test(id);

/** What is due expires, and what failed is tried again on request. */
export async function tidy(house: House): Promise<void> {
  await later(house, 3_600);
  for (const outcome of ["parked", "failed", "waiting"]) {
    const { data } = await list(house, `/v1/events?outcome=${outcome}`);
    for (const { id } of data.slice(0, 3))
      await house.write(`/v1/events/${encodeURIComponent(id)}/retry`, {});
  }
}

async function later(house: House, seconds: number): Promise<void> {
  house.clock.setTo(house.clock.now() + BigInt(seconds) * 1_000_000_000n);
  await sweep(house.tallyhook.services);
}

async function list(house: House, path: string) {
  const { text } = await house.read(`${path}${path.includes("?") ? "&" : "?"}limit=200`);
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API is looked into, field by field.
  return JSON.parse(text) as { readonly data: readonly any[] };
}

const inSeconds = ({ clock }: House, seconds: number): string =>
  secondsText(clock.now() + BigInt(seconds) * 1_000_000_000n);
const secondsText = (at: bigint): string => new Date(Number(at / 1_000_000n)).toISOString();
