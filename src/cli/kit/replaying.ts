import { readFileSync, writeFileSync } from "node:fs";
import { type Environment, firstSecrets, readConfig, readEnvironment, settingOf } from "../../config.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import type { OwnProvider } from "../../domain/ids.ts";
import { fromUnixSeconds, type Instant, systemClock } from "../../domain/time.ts";
import { type AuditReport, audit } from "../../services/audit/audit.ts";
import type { Services } from "../../services/services.ts";
import { type PostOptions, postAll, unexpectedRepeats } from "../post.ts";
import type { Case, RecordedEvent } from "./cases.ts";
import { UsageError } from "./command.ts";
import { type Difference, differences } from "./differences.ts";
import { openScratch, StandingClock } from "./scratch.ts";
import { type ApiRow, type DeliveryReply, Target } from "./target.ts";

/** What posting a case has led to: the content of its golden file. */
interface World {
  readonly events: readonly DeliveryReply[];
  readonly charges: readonly ApiRow[];
  readonly movements: readonly ApiRow[];
  readonly wallets: readonly ApiRow[];
  /** With their entries: a payout has no wallet to be seen in. */
  readonly payouts: readonly ApiRow[];
  readonly discrepancies: readonly ApiRow[];
}

/** Everything the API shows that a golden file holds, in an order that does not depend on who came first. */
async function readWorld(target: Target, events: readonly DeliveryReply[]): Promise<World> {
  return {
    events,
    charges: await readCharges(target),
    movements: sorted(await target.list("/v1/movements"), "ref", "id"),
    wallets: await readWallets(target),
    payouts: await readPayouts(target),
    discrepancies: sorted(await target.list("/v1/discrepancies"), "kind", "id").map(withoutAge),
  };
}

/** How old it is depends on who looks when. */
function withoutAge({ age, age_days, ...discrepancy }: ApiRow): ApiRow {
  return discrepancy as ApiRow;
}

/** Charges with their lines and entries; movements and events stand beside them already. */
async function readCharges(target: Target): Promise<ApiRow[]> {
  const charges: ApiRow[] = [];
  for (const { id } of sorted(await target.list("/v1/charges"), "ref", "id")) {
    const { movements, events, ...charge } = await target.get<ApiRow>(`/v1/charges/${id}`);
    charges.push(charge as ApiRow);
  }
  return charges;
}

/** Wallets with their statements, oldest line first. */
async function readWallets(target: Target): Promise<ApiRow[]> {
  const wallets: ApiRow[] = [];
  for (const wallet of sorted(await target.list("/v1/wallets"), "owner", "currency")) {
    const entries = await target.list(`/v1/wallets/${wallet.id}/entries`);
    wallets.push({ ...wallet, entries: entries.reverse() });
  }
  return wallets;
}

async function readPayouts(target: Target): Promise<ApiRow[]> {
  const payouts = sorted(await target.list("/v1/payouts"), "ref", "id");
  if (payouts.length === 0) return [];
  const entries = (await target.list("/v1/entries")).reverse();
  return payouts.map((payout) => ({
    ...payout,
    entries: entries.filter(({ payout_id }) => payout_id === payout.id),
  }));
}

/**
 * What is promised whatever the order of the events: charges, movements and balances; not how many entries it took, nor
 * what each event was answered.
 */
function orderFree({ charges, movements, wallets, payouts }: World): object {
  const without = (row: ApiRow, ...names: readonly string[]) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
  return {
    charges: charges.map((row) => without(row, "entries")),
    movements,
    wallets: wallets.map((row) => without(row, "entries", "seq")),
    payouts: payouts.map((row) => without(row, "entries")),
  };
}

function sorted(rows: readonly ApiRow[], ...names: readonly string[]): ApiRow[] {
  const key = (row: ApiRow) => JSON.stringify(names.map((name) => row[name]));
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : Number(key(a) > key(b))));
}

/** What a case should lead to, or `undefined` if nobody has accepted anything yet. */
export function readGolden({ goldenFile }: Case): World | undefined {
  try {
    return JSON.parse(readFileSync(goldenFile, "utf8")) as World;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) throw new UsageError(`${goldenFile} is not JSON.`);
    throw error;
  }
}

/** Accepts what a case led to: whoever commits the file has read it as a diff. */
function writeGolden({ goldenFile }: Case, world: World): void {
  writeFileSync(goldenFile, `${JSON.stringify(world, null, 2)}\n`);
}

/** `accepted`: the golden file is what this run led to. `none`: there is no golden file to compare with. */
export type CaseVerdict = "matched" | "differs" | "accepted" | "none";

export interface CaseResult {
  readonly name: string;
  readonly verdict: CaseVerdict;
  readonly differences: readonly Difference[];
  readonly events: readonly DeliveryReply[];
  /** `null` where only the outcomes could be seen. */
  readonly world: World | null;
  /** `null` where the books are not ours to audit. */
  readonly audit: AuditReport | null;
}

export interface ReplayOptions extends PostOptions {
  /** What a case led to is what is expected of it from now on. */
  readonly accept: boolean;
}

/** Posts a case to a server and a database of its own, and holds what it led to against its golden file. */
export async function replayCase(recorded: Case, options: ReplayOptions): Promise<CaseResult> {
  const clock = new StandingClock(fallbackNow);
  const { policyFile } = recorded;
  const scratch = await openScratch({ databaseUrl: "sqlite::memory:", port: 0, policyFile, clock });
  try {
    clock.set(latestOccurrence(scratch.services, recorded.events));
    const passes = await postAll(scratch.target, recorded.events, options);
    const [events = []] = passes;
    const world = await readWorld(scratch.target, events);
    const report = await audit(scratch.services);
    const judged = options.accept ? accept(recorded, world) : compare(recorded, world, options);
    const found = [...judged.differences, ...unexpectedRepeats(passes)];
    const verdict = found.length > 0 ? "differs" : judged.verdict;
    return { name: recorded.name, verdict, differences: found, events, world, audit: report };
  } finally {
    await scratch.close();
  }
}

type Judged = Pick<CaseResult, "verdict" | "differences">;

function accept(recorded: Case, world: World): Judged {
  writeGolden(recorded, world);
  return { verdict: "accepted", differences: [] };
}

/** In another order than the file's, only what does not depend on the order is compared. */
function compare(recorded: Case, world: World, { shuffleSeed }: PostOptions): Judged {
  const golden = readGolden(recorded);
  if (golden === undefined) return { verdict: "none", differences: [] };
  const found =
    shuffleSeed === null
      ? differences(golden, toJson(world))
      : differences(orderFree(golden), toJson(orderFree(world)));
  return { verdict: found.length > 0 ? "differs" : "matched", differences: found };
}

const toJson = (value: object): unknown => JSON.parse(JSON.stringify(value));

/** Ours is the time of the latest event: golden files depend on nothing but the recorded bodies. */
function latestOccurrence({ providers }: Services, events: readonly RecordedEvent[]): Instant {
  const times = events.flatMap(({ provider, body }) => {
    const envelope = providers.get(provider)?.provider.readEnvelope(body);
    return envelope?.kind === "envelope" && envelope.occurredAt !== null ? [envelope.occurredAt] : [];
  });
  return times.reduce((latest, time) => (time > latest ? time : latest), times[0] ?? fallbackNow);
}

/** 2026-01-01, for cases without a time of their own. */
const fallbackNow = fromUnixSeconds(1_767_225_600);

/**
 * A server that runs elsewhere, posted to with the secrets of this environment and read with an API key, or else with the
 * first one of this environment that is not a hash.
 * @throws ConfigurationError if there is no secret at all
 */
export function remoteTarget(url: string, apiKey: string | null = null): Target {
  const environment = readEnvironment();
  const secrets = signingSecrets(environment);
  const now = () => systemClock.now();
  return new Target({ url, secrets, apiKey: apiKey ?? readingKey(environment), now });
}

/**
 * The first secret of each provider that has one.
 * @throws ConfigurationError if there is no secret at all
 */
export function signingSecrets(environment: Environment): Partial<Record<OwnProvider, string>> {
  const secrets = firstSecrets(readConfig(environment));
  if (Object.keys(secrets).length > 0) return secrets;
  const problem = "is needed to sign with, or another provider's";
  throw new ConfigurationError([{ name: "PADDLE_WEBHOOK_SECRET", code: "missing", problem }]);
}

function readingKey(environment: Environment): string | null {
  const { text = "" } = settingOf(environment, "API_KEYS") ?? {};
  const keys = text.split(",").map((key) => /^[^:]+:(?:read|finance):(?!sha256:)(.+)$/.exec(key.trim()));
  return keys.find((key) => key !== null)?.[1] ?? null;
}

/**
 * Posts a case to a server that has a history of its own: an event it knows is a duplicate, and of its books only the
 * case's charges and movements are compared.
 */
export async function replayTo(target: Target, recorded: Case, options: PostOptions): Promise<CaseResult> {
  const [events = []] = await postAll(target, recorded.events, options);
  const golden = readGolden(recorded);
  const result = { name: recorded.name, events, world: null, audit: null };
  if (golden === undefined) return { ...result, verdict: "none", differences: [] };
  const found = [
    ...(options.shuffleSeed === null ? outcomeDifferences(golden.events, events) : []),
    ...(target.canRead ? await chargeDifferences(target, golden) : []),
  ];
  return { ...result, verdict: found.length > 0 ? "differs" : "matched", differences: found };
}

/** An event that the server had before is a duplicate; one that waited may have found its charge there. */
export function outcomeDifferences(
  expected: readonly DeliveryReply[],
  actual: readonly DeliveryReply[],
): Difference[] {
  return expected.flatMap(({ outcome }, index) => {
    const got = actual[index]?.outcome;
    const allowed = [outcome, ...(outcome === "refused" ? [] : ["duplicate"])];
    if (outcome === "waiting") allowed.push("applied");
    if (got !== undefined && allowed.includes(got)) return [];
    const path = `events[${index}].outcome`;
    return [{ path, expected: allowed.join(" or "), actual: got ?? "absent" }];
  });
}

async function chargeDifferences(target: Target, golden: World): Promise<Difference[]> {
  const found: Difference[] = [];
  const wallets = new NamedThere();
  for (const [index, expected] of golden.charges.entries()) {
    const {
      movements = [],
      events: _,
      ...read
    } = await target.get<ApiRow & { movements?: ApiRow[] }>(`/v1/charges/${expected.id}`);
    const world = { events: [], wallets: [], payouts: [], discrepancies: [] };
    const charge = wallets.asRecorded(expected, read as ApiRow);
    const ours = golden.movements.filter((movement) => movement.charge_id === expected.id);
    const known = (movements as ApiRow[]).filter(({ id }) => ours.some((own) => own.id === id));
    const before = orderFree({ ...world, charges: [expected], movements: byId(ours) });
    const after = orderFree({ ...world, charges: [charge], movements: byId(known) });
    found.push(...differences(before, after, `of golden charge ${index}: `));
  }
  return found;
}

/** Every installation names wallets for itself: one of its wallets stands for one of the recorded case, and for no other. */
class NamedThere {
  readonly #there = new Map<unknown, unknown>();

  asRecorded(recorded: ApiRow, there: ApiRow): ApiRow {
    const [wallet, named] = [recorded.wallet_id, there.wallet_id];
    if (typeof wallet !== "string" || typeof named !== "string") return there;
    const isAnothers = [...this.#there].some(([of, name]) => name === named && of !== wallet);
    if (isAnothers || (this.#there.get(wallet) ?? named) !== named) return there;
    this.#there.set(wallet, named);
    return { ...there, wallet_id: wallet };
  }
}

const byId = (rows: readonly ApiRow[]): ApiRow[] => [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
