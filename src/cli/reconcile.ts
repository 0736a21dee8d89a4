import type { Config } from "../config.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type OwnProvider, providerNames } from "../domain/ids.ts";
import { dayIn, isZone, monthIn } from "../domain/local-calendar.ts";
import { isUnexplained, type Level, levels, rowClasses } from "../domain/matching/level.ts";
import type { Run, RunRequest } from "../domain/matching/run.ts";
import { type Instant, parseInstant } from "../domain/time.ts";
import { comparableLevels } from "../services/reconcile/plan-for.ts";
import { reconcileNow } from "../services/reconcile/reconcile-now.ts";
import type { Services } from "../services/services.ts";
import {
  type Command,
  exitCode,
  readArguments,
  readConfiguration,
  refuseArguments,
  UsageError,
} from "./command.ts";
import { print, printJson } from "./output.ts";
import { readProvider } from "./read-provider.ts";
import { describeRuns, documentOf, type FinishedRun, unexplainedOf } from "./reconcile-report.ts";
import { stopSignal } from "./signals.ts";
import { withServices } from "./with-services.ts";

const flags = {
  provider: { type: "string" },
  account: { type: "string", default: "default" },
  level: { type: "string", multiple: true },
  month: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  zone: { type: "string", default: "UTC" },
  currency: { type: "string" },
  payout: { type: "string" },
  statement: { type: "string", multiple: true },
  json: { type: "boolean" },
} as const;

export const reconcileCommand: Command = {
  usage:
    "[--provider P] [--account A] [--level L]… (--month M | --from TIME --to TIME) [--zone Z] [--currency C] [--payout REF]\n" +
    "       [--statement ID]… [--json]",
  summary:
    "Compares the books with what the providers state, row by row, and says what differs. Levels: " +
    `${levels.join(", ")};\n` +
    "by default all for which a provider states anything, of every provider that has a key or a webhook secret. What to compare with is asked for, or taken from\n" +
    "imported reports; --statement names one. Ends with 1 if a row is unexplained, with 2 if a source was missing or cut off.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, flags);
    refuseArguments(positionals);
    const config = readConfiguration();
    const requests = readRequests(values, config);
    const stopping = new AbortController();
    void stopSignal().then(() => stopping.abort());
    const runs = await withServices(config, (services) => perform(services, requests, stopping.signal));
    if (values.json) printJson(documentOf(runs));
    else print(describeRuns(runs));
    return exitCodeOf(runs);
  },
};

type Values = ReturnType<typeof readArguments<typeof flags>>["values"];

function readRequests(values: Values, config: Config): RunRequest[] {
  const { account, zone, currency = null, payout = null, statement = [] } = values;
  if (!isZone(zone)) throw new UsageError("--zone must be a time zone, such as UTC or Europe/Berlin.");
  const window = readWindow(values, zone);
  const named = values.level?.map(readLevel) ?? (payout === null ? undefined : (["payout"] as const));
  if (payout !== null && named?.some((level) => level !== "payout"))
    throw new UsageError("--payout is only for the level payout.");
  const providers = values.provider === undefined ? usedProviders(config) : [readProvider(values.provider)];
  return providers.flatMap((provider, index) =>
    (named ?? comparableLevels(provider))
      // Wallets are no provider's: once is enough.
      .filter((level) => level !== "wallets" || index === 0)
      .map((level) => ({
        provider,
        account,
        level,
        ...window,
        zone,
        currency,
        payoutRef: payout,
        statementIds: statement,
      })),
  );
}

function readWindow({ month, from, to }: Values, zone: string): { from: Instant; to: Instant } {
  if (month !== undefined) {
    const window = monthIn(month, zone);
    if (window === undefined || from !== undefined || to !== undefined)
      throw new UsageError("--month must be a month such as 2026-10, and stand without --from and --to.");
    return window;
  }
  const window = { from: moment("--from", from, zone), to: moment("--to", to, zone) };
  if (window.from >= window.to) throw new UsageError("--from must be before --to.");
  return window;
}

function moment(flag: string, text: string | undefined, zone: string): Instant {
  if (text === undefined) throw new UsageError("Give --month, or --from and --to.");
  const instant = parseInstant(text) ?? dayIn(text, zone);
  if (instant !== undefined) return instant;
  throw new UsageError(`${flag} must be a time such as 2026-01-31T00:00:00Z, or a day such as 2026-01-31.`);
}

function readLevel(text: string): Level {
  const level = levels.find((name) => name === text);
  if (level !== undefined) return level;
  throw new UsageError(`--level must be one of ${levels.join(", ")}.`);
}

/** @throws ConfigurationError if none is */
function usedProviders({ providers }: Config): OwnProvider[] {
  const used = providerNames.filter(
    (name) => providers[name].apiKey !== null || providers[name].secrets.length > 0,
  );
  if (used.length > 0) return used;
  const problem = "is missing, and so is STRIPE_WEBHOOK_SECRET; name the provider with --provider";
  throw new ConfigurationError([{ name: "PADDLE_WEBHOOK_SECRET", problem }]);
}

/** One after the other: what one level finds explains the next. */
async function perform(
  services: Services,
  requests: readonly RunRequest[],
  stopping: AbortSignal,
): Promise<FinishedRun[]> {
  const runs: FinishedRun[] = [];
  for (const request of requests) {
    const run = await reconcileNow(services, request, { by: "command line", stopping });
    runs.push({ run, unexplained: await unexplainedOf(services, run) });
  }
  return runs;
}

/** What is wrong is wrong, also where something else could not be decided. */
function exitCodeOf(runs: readonly { readonly run: Run }[]): number {
  const isWrong = ({ status, counts }: Run) =>
    status === "discrepancies" || rowClasses.some((name) => isUnexplained(name) && (counts[name] ?? 0) > 0);
  if (runs.some(({ run }) => isWrong(run))) return exitCode.wrong;
  return runs.every(({ run }) => run.status === "matched") ? exitCode.right : exitCode.incomplete;
}
