import type { Environment } from "../../../src/config.ts";
import type { Level } from "../../../src/domain/reconciling/level.ts";
import type { Run, RunRequest } from "../../../src/domain/reconciling/run.ts";
import { backfill } from "../../../src/services/backfill/backfill.ts";
import { reconcileNow } from "../../../src/services/reconciling/start-run.ts";
import { wholeTime } from "../../../src/simulator/reports/reports.ts";
import type { Restatement } from "../../../src/simulator/restatement.ts";
import type { CutOff } from "../../../src/simulator/stand-in/misbehaviour.ts";
import { type StandIn, serveStandIn } from "../../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../../src/simulator/world.ts";
import type { ComposeOptions } from "../../../src/tallyhook.ts";
import { type Running, startTallyhook } from "../../http/running.ts";
import { impatient } from "../../providers/asked.ts";
import { standInEnvironment, standInKeys } from "../../simulator/stand-in-environment.ts";
import type { Engine } from "../../support/engines.ts";
import { filledTemplate } from "../../support/templates.ts";

/** Two months of a few customers, all of which was told. */
export const world = buildWorld({ customers: 8, months: 2, seed: "held-against" });

const aMonth = 30n * 86_400_000_000_000n;

/** Both providers over {@link world}, who state what a test wants them to. */
export interface Providers extends StandIn {
  states(...restatements: readonly Restatement[]): void;
}

export async function serveProviders(cutOff: CutOff = {}): Promise<Providers> {
  const now = world.endsAt + aMonth;
  const options = { port: 0, keys: standInKeys, misbehaviour: {}, cutOff, seed: "held-against", now };
  const standIn = await serveStandIn(world, options);
  return { ...standIn, states: (...restatements) => standIn.state({ ...world, restatements }) };
}

export function startAgainst(
  providers: StandIn,
  databaseUrl: string,
  environment: Environment = {},
  options: ComposeOptions = {},
): Promise<Running> {
  const asking = { ...standInEnvironment(providers.url), ...environment };
  return startTallyhook(databaseUrl, asking, { patience: impatient, ...options });
}

/** The URL of books that have all that both providers have. */
export async function heardBooks(engine: Engine): Promise<string> {
  return engine.copyOf(
    await filledTemplate(engine.name, "held_against", async (databaseUrl) => {
      const providers = await serveProviders();
      const server = await startAgainst(providers, databaseUrl);
      await heard(server);
      await server.close();
      await providers.close();
    }),
  );
}

/** All that both providers have enters the books. */
export async function heard({ tallyhook }: Running): Promise<void> {
  const reports = await backfill(tallyhook.services, { providers: null, window: { from: null, to: null } });
  const problems = reports.flatMap(({ kinds }) => kinds.flatMap(({ problem }) => problem ?? []));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
}

/** All of the world's time, at one level of one provider. */
export function requestOf(level: Level, of: Partial<RunRequest> = {}): RunRequest {
  const any = { currency: null, payoutRef: null, statementIds: [] };
  return { provider: "stripe", account: "default", level, ...wholeTime(world), zone: "UTC", ...any, ...of };
}

export function reconcile({ tallyhook }: Running, level: Level, of: Partial<RunRequest> = {}): Promise<Run> {
  const stopping = new AbortController().signal;
  return reconcileNow(tallyhook.services, requestOf(level, of), { by: "test", stopping });
}

/** Stripe states another fee of this row, and a net that follows from it. */
export function dearer(key: string, amount: number): Restatement {
  const restate: Restatement["restate"] = (row) => [
    {
      ...row,
      fee: Number(row.fee) + amount,
      net: Number(row.net) - amount,
      fee_details: (row.fee_details as readonly { readonly amount: number }[]).map((detail) => ({
        ...detail,
        amount: detail.amount + amount,
      })),
    } as never,
  ];
  return { provider: "stripe", list: "balance_transactions", key, restate };
}

/** Stripe states this much more credit of a customer. */
export function richer(key: string, amount: number): Restatement {
  const restate: Restatement["restate"] = (row) => {
    const balance = Number(row.balance) - amount;
    const byCurrency = balance === 0 ? {} : { [String(row.currency)]: -balance };
    return [{ ...row, balance, invoice_credit_balance: byCurrency }];
  };
  return { provider: "stripe", list: "customers", key, restate };
}

/** A discrepancy as the API lists it. */
export interface Listed {
  readonly id: string;
  readonly provider: string;
  readonly kind: string;
  readonly status: string;
  readonly resolution: string | null;
  readonly level: string | null;
  readonly key: string | null;
  readonly differences: readonly { readonly currency: string; readonly amount: string }[];
  readonly detail: Readonly<Record<string, string>>;
}

/** Of reconciling: a charge's own figures may disagree as well. */
export async function found(server: Running, query = "status=open"): Promise<Listed[]> {
  const { body } = await server.get<{ data: Listed[] }>(`/v1/discrepancies?limit=200&${query}`);
  return body.data.filter(({ level }) => level !== null);
}

export interface Step {
  readonly action: string;
  readonly by: string | null;
  readonly resolution: string | null;
  readonly reason: string | null;
  readonly entry_id: string | null;
  readonly reconciliation_id: string | null;
}

export async function history(server: Running, id: string): Promise<Step[]> {
  return (await server.get<{ history: Step[] }>(`/v1/discrepancies/${id}`)).body.history;
}
