import { type Environment, firstSecrets, readConfig, readEnvironment, settingOf } from "../../config.ts";
import { ConfigurationError } from "../../domain/errors.ts";
import type { OwnProvider } from "../../domain/ids.ts";
import { systemClock } from "../../domain/time.ts";
import { type PostOptions, postAll } from "../post.ts";
import type { Case } from "./cases.ts";
import { type Difference, differences } from "./differences.ts";
import { readGolden } from "./golden.ts";
import type { CaseResult } from "./replay-case.ts";
import { type ApiRow, type DeliveryReply, Target } from "./target.ts";
import { orderFree, type World } from "./world.ts";

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
  throw new ConfigurationError([{ name: "PADDLE_WEBHOOK_SECRET", problem }]);
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
