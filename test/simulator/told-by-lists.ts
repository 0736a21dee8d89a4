import { quarterOf } from "../../src/domain/time.ts";
import { askForNamed } from "../../src/services/backfill/ask-for-named.ts";
import { backfill } from "../../src/services/backfill/backfill.ts";
import { receiveTelling } from "../../src/services/inbox/receive.ts";
import { recogniseSellers } from "../../src/services/inbox/recognise-sellers.ts";
import { serveStandIn } from "../../src/simulator/stand-in/server.ts";
import type { World } from "../../src/simulator/world.ts";
import { balanceRowBody } from "../../src/testing/stripe/returned-body.ts";
import { type Running, startTallyhook } from "../http/running.ts";
import { impatient } from "../providers/asked.ts";
import { post, readList, scrambled } from "./against-a-server.ts";
import { standInEnvironment, standInKeys } from "./stand-in-environment.ts";
import { namingOnly } from "./thin.ts";

/** What the ledger says of one account up to the end of a quarter of an hour, by how the books were told of it. */
export interface ToldOtherwise {
  readonly account: string;
  readonly quarter: string;
  readonly webhooks: string;
  readonly otherwise: string;
}

/** Where ledgers differ at a quarter of an hour, but for what docs/decisions/0007 says that nobody can tell, and in the end. */
interface Told {
  readonly dated: readonly ToldOtherwise[];
  readonly inTheEnd: readonly ToldOtherwise[];
}

const quarter = 900_000;
const forty = 40n * 86_400_000_000_000n;

/**
 * A world told three times: by webhooks, with the rows of Stripe's balance that only lists have; long after it ended by lists
 * alone; and then, in any order, by events that name Stripe's objects, of which only the objects can be asked for.
 */
export async function toldOtherwise(
  world: World,
  { freshDatabaseUrl, seed }: { readonly freshDatabaseUrl: () => Promise<string>; readonly seed: string },
): Promise<{ readonly byLists: Told; readonly byObjects: Told }> {
  const now = world.endsAt + forty;
  const standIn = await serveStandIn(world, { port: 0, keys: standInKeys, misbehaviour: {}, seed, now });
  const open = async () =>
    startTallyhook(await freshDatabaseUrl(), standInEnvironment(standIn.url), {
      patience: impatient,
      askEveryMilliseconds: 3_600_000,
    });
  try {
    const webhooks = await ledgerOf(await open(), (server) => hearEvents(server, world, seed));
    const lists = await ledgerOf(await open(), (server) => ask(server, world));
    const objects = await ledgerOf(await open(), (server) => askForObjects(server, world, seed));
    const isDatable = datable(world);
    const told = (otherwise: readonly Posted[]): Told => ({
      dated: differing(webhooks.filter(isDatable), otherwise.filter(isDatable)),
      inTheEnd: differing(webhooks.map(undated), otherwise.map(undated)),
    });
    return { byLists: told(lists), byObjects: told(objects) };
  } finally {
    await standIn.close();
  }
}

/** {@link toldOtherwise}, of a world that is told the same in every way. */
export const nothingOtherwise = {
  byLists: { dated: [], inTheEnd: [] },
  byObjects: { dated: [], inTheEnd: [] },
};

async function hearEvents(server: Running, world: World, seed: string): Promise<void> {
  await post(server, scrambled(world.emissions, seed), 8);
  await hearRows(server, world);
}

/** The rows of Stripe's balance. */
async function hearRows(server: Running, world: World): Promise<void> {
  for (const row of world.stripe.rows) {
    const object = balanceRowBody(row) as { readonly created: number };
    const event = {
      id: `bt:${row.id}`,
      object: "event",
      created: object.created,
      type: "balance_transaction.created",
    };
    await receiveTelling(server.tallyhook.services, {
      provider: "stripe",
      account: "default",
      body: Buffer.from(JSON.stringify({ ...event, data: { object } })),
      origin: "import",
      receivedAt: world.endsAt,
      unlessKnown: true,
    });
  }
}

/** Paddle lists no payouts: those are heard of. */
async function ask(server: Running, { emissions, beginsAt }: World): Promise<void> {
  const isOnlyHeard = ({ provider, type }: World["emissions"][number]) =>
    provider === "paddle" && type.startsWith("payout.");
  await post(server, emissions.filter(isOnlyHeard), 8);
  const window = { from: beginsAt, to: null };
  const reports = await backfill(server.tallyhook.services, { providers: null, window });
  const problems = reports.flatMap(({ kinds }) => kinds.flatMap(({ problem }) => problem ?? []));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
}

/** Half of them are asked for before the others come. */
async function askForObjects(server: Running, world: World, seed: string): Promise<void> {
  const emissions = world.emissions.map((said) => (said.provider === "stripe" ? namingOnly(said) : said));
  const deliveries = scrambled(emissions, seed);
  const half = Math.floor(deliveries.length / 2);
  for (const some of [deliveries.slice(0, half), deliveries.slice(half)]) {
    await post(server, some, 8);
    while ((await askForNamed(server.tallyhook.services)) > 0);
  }
  const { body } = await server.get<{ data: Row[] }>("/v1/events?outcome=waiting&limit=1");
  const [left] = body.data;
  if (left !== undefined) throw new Error(`${left.type} still waits: ${left.reason}`);
  await hearRows(server, world);
}

interface Posted {
  /** The provider's own id of the charge; `null` of what moves without one. */
  readonly charge: string | null;
  readonly account: string;
  readonly quarter: number;
  readonly amount: bigint;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of the API are looked into, field by field.
type Row = any;

async function ledgerOf(server: Running, tell: (server: Running) => Promise<void>): Promise<Posted[]> {
  try {
    await tell(server);
    await recogniseSellers(server.tallyhook.services);
    const charges: Row[] = await readList(server, "charges");
    const refs = new Map(charges.map(({ id, ref }) => [id, ref]));
    const entries: Row[] = await readList(server, "entries");
    return entries.flatMap(({ charge_id, effective_at, postings }) =>
      postings.map(({ account, currency, amount }: Row) => ({
        charge: refs.get(charge_id) ?? null,
        // How a take-back was split depends on what a wallet held when it was heard of: only the value of all of it is told.
        account: `${account.replace(/^(?:liabilities:wallet:|assets:recovery:|expenses:write_off).*/, "wallets")} ${currency}`,
        quarter: Math.floor(Date.parse(effective_at) / quarter),
        amount: BigInt(amount),
      })),
    );
  } finally {
    await server.close();
  }
}

/**
 * Not when a dispute was lost, when what was authorised first was taken or what was pending went back, nor that what came back
 * had once arrived; and of Paddle not when an adjustment that changed had its effect, nor how long after it was paid a
 * transaction was completed.
 */
function datable({ stripe, paddle }: World): (posted: Posted) => boolean {
  const untold = new Set([
    ...stripe.payments.filter(({ captured }) => captured !== null).map(({ terms }) => terms.chargeRef),
    ...stripe.refunds
      .filter(({ row, createdAt }) => row !== null && row.createdAt !== createdAt)
      .map(({ payment }) => payment.invoice?.terms.id ?? payment.terms.chargeRef),
    ...paddle.movements.flatMap((moved) => {
      if (moved.kind !== "sale") return [];
      const { attempts, terms } = moved.transaction;
      const capturedAt = attempts.find(({ status }) => status === "captured")?.at ?? moved.at;
      return quarterOf(capturedAt) === quarterOf(moved.at) ? [] : [terms.id];
    }),
    ...paddle.adjustments
      .filter(({ updatedAt }) => updatedAt !== null)
      .map(({ terms }) => terms.transaction.terms.id),
  ]);
  const cameBack = stripe.payouts.filter(({ failedAt }) => failedAt !== null).map(({ id }) => id);
  return ({ charge, account }) =>
    !(charge !== null && untold.has(charge)) &&
    !/^(?:assets:disputes:|expenses:dispute_losses|assets:bank)/.test(account) &&
    !cameBack.some((id) => account.includes(id));
}

const undated = (posted: Posted): Posted => ({ ...posted, quarter: 0 });

function differing(webhooks: readonly Posted[], otherwise: readonly Posted[]): ToldOtherwise[] {
  const [heard, asked] = [sumsOf(webhooks), sumsOf(otherwise)];
  const keys = [...new Set([...heard.keys(), ...asked.keys()])].sort();
  return keys
    .filter((key) => (heard.get(key) ?? 0n) !== (asked.get(key) ?? 0n))
    .map((key) => {
      const [account = "", at = ""] = key.split(" at ");
      return {
        account,
        quarter: new Date(Number(at) * quarter).toISOString(),
        webhooks: String(heard.get(key) ?? 0n),
        otherwise: String(asked.get(key) ?? 0n),
      };
    });
}

function sumsOf(ledger: readonly Posted[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { account, quarter, amount } of ledger) {
    const key = `${account} at ${quarter}`;
    sums.set(key, (sums.get(key) ?? 0n) + amount);
  }
  return sums;
}
