import { reconcileWorld } from "../../src/cli/kit/demo-world.ts";
import type { Run } from "../../src/domain/reconciling/run.ts";
import { backfill } from "../../src/services/backfill/backfill.ts";
import type { Services } from "../../src/services/services.ts";
import { plantBreaks } from "../../src/simulator/breaks/plant.ts";
import type { BreakKind, PlantedBreak } from "../../src/simulator/breaks/planted-break.ts";
import { wholeTime } from "../../src/simulator/reports/reports.ts";
import type { Misbehaviour } from "../../src/simulator/stand-in/misbehaviour.ts";
import { serveStandIn } from "../../src/simulator/stand-in/server.ts";
import type { World } from "../../src/simulator/world.ts";
import { type Running, startTallyhook } from "../http/running.ts";
import { impatient } from "../providers/asked.ts";
import { post, scrambled } from "./against-a-server.ts";
import { type Misaged, misaged } from "./ageing.ts";
import { standInEnvironment, standInKeys } from "./stand-in-environment.ts";

/** A discrepancy as far as it is known beforehand: who, where, what, and what the provider says more than we do. */
export interface Found {
  readonly provider: string;
  readonly level: string;
  readonly kind: string;
  readonly key: string;
  readonly differences: Readonly<Record<string, string>>;
}

export interface Trial {
  readonly databaseUrl: string;
  readonly seed: string;
  readonly count: number;
  readonly kinds?: readonly BreakKind[];
}

export interface Reconciled {
  readonly planted: readonly Found[];
  readonly found: readonly Found[];
  /** Of the broken world: what its ageing has otherwise than its discrepancies, at twenty instants. */
  readonly misaged: readonly Misaged[];
  /** Every run of the healed world that is not matched, and what is open after them. */
  readonly unhealed: readonly unknown[];
}

/** Plants breaks, lets the books be held against the providers, heals what was broken, and does it again. */
export async function reconciledWorld(
  whole: World,
  { databaseUrl, ...planting }: Trial,
): Promise<Reconciled> {
  const { world, before, healed, planted } = plantBreaks(whole, planting);
  // What happened last may be what nobody was told.
  const window = wholeTime(whole);
  await withServer(before, databaseUrl, async (server) => {
    await post(server, scrambled(before.emissions, planting.seed), 8);
    await asked(server.tallyhook.services);
  });
  const [found, aged] = await withServer(world, databaseUrl, async (server) => {
    await reconcileWorld(server.tallyhook.services, world, window);
    return [await openDiscrepancies(server), await misaged(server.tallyhook.services)] as const;
  });
  const unhealed = await withServer(healed, databaseUrl, async (server) => {
    await asked(server.tallyhook.services);
    const runs = (await reconcileWorld(server.tallyhook.services, healed, window)).map(({ run }) => run);
    const open = await openDiscrepancies(server);
    return [...runs.filter(isAmiss).map(described), ...open];
  });
  return { planted: inOrder(planted.map(expectedOf)), found: inOrder(found), misaged: aged, unhealed };
}

async function withServer<Result>(
  world: World,
  databaseUrl: string,
  run: (server: Running) => Promise<Result>,
  misbehaviour: Misbehaviour = {},
): Promise<Result> {
  const standIn = await serveStandIn(world, {
    port: 0,
    keys: standInKeys,
    misbehaviour,
    seed: "reconciled",
    now: world.endsAt + 40n * 86_400_000_000_000n,
  });
  const server = await startTallyhook(databaseUrl, standInEnvironment(standIn.url), { patience: impatient });
  try {
    return await run(server);
  } finally {
    await server.close();
    await standIn.close();
  }
}

async function asked(services: Services): Promise<void> {
  const reports = await backfill(services, { providers: null, window: { from: null, to: null } });
  const problems = reports.flatMap(({ kinds }) => kinds.flatMap(({ problem }) => problem ?? []));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
}

const isAmiss = ({ status }: Run) => status !== "matched";

function described({ provider, level, status, missing, counts, totals }: Run) {
  return JSON.stringify({ provider, level, status, missing, counts, totals }, (_, part) =>
    typeof part === "bigint" ? part.toString() : part,
  );
}

interface Listed {
  readonly provider: string;
  readonly level: string | null;
  readonly kind: string;
  readonly key: string | null;
  readonly differences: readonly { currency: string; amount: string }[];
}

/** What only a person can answer is no break: an alert of Paddle's. */
async function openDiscrepancies(server: Running): Promise<Found[]> {
  const found: Found[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query: string = `?status=open&limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`;
    const { body } = await server.get<{ data: Listed[]; next_cursor: string | null }>(
      `/v1/discrepancies${query}`,
    );
    found.push(
      ...body.data
        .filter(({ kind }) => kind !== "chargeback_warning")
        .map(({ provider, level, kind, key, differences }) => ({
          provider,
          level: level ?? "",
          kind,
          key: (key ?? "").replace(/#\d+$/, ""),
          differences: Object.fromEntries(differences.map(({ currency, amount }) => [currency, amount])),
        })),
    );
    cursor = body.next_cursor;
  }
  return found;
}

function expectedOf({ kind, provider, level, discrepancy, key, currency, amount }: PlantedBreak): Found {
  return {
    provider,
    level,
    kind: discrepancy,
    key,
    differences: differencesOf({ kind, currency, amount }),
  };
}

function differencesOf({
  kind,
  currency,
  amount,
}: Pick<PlantedBreak, "kind" | "currency" | "amount">): Readonly<Record<string, string>> {
  if (amount === 0n) return {};
  // What a fee is more, the net is less.
  if (kind === "changed_fee") return { [currency]: (-amount).toString() };
  if (kind === "swapped_currency") return { [currency]: amount.toString(), USD: (-amount).toString() };
  return { [currency]: amount.toString() };
}

function inOrder(found: readonly Found[]): Found[] {
  const name = ({ provider, level, kind, key }: Found) => `${provider} ${level} ${kind} ${key}`;
  return found.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
}
