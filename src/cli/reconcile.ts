import type { Config } from "../config.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type OwnProvider, providerNames } from "../domain/ids.ts";
import { dayIn, isZone, monthIn } from "../domain/local-calendar.ts";
import { isUnexplained, type Level, levels, rowClasses } from "../domain/reconciling/level.ts";
import type { Run, RunRequest } from "../domain/reconciling/run.ts";
import { type Instant, parseInstant } from "../domain/time.ts";
import { comparableLevels } from "../services/reconciling/plan-for.ts";
import { reconcileNow } from "../services/reconciling/start-run.ts";
import type { Services } from "../services/services.ts";
import {
  byOption,
  command,
  exitCode,
  jsonOption,
  type Options,
  readConfiguration,
  UsageError,
  type Values,
} from "./kit/command.ts";
import { fromOption, readProvider, toOption } from "./kit/options.ts";
import { print, printJson } from "./kit/output.ts";
import { describeRuns, documentOf, type FinishedRun, unexplainedOf } from "./kit/reconcile-report.ts";
import { type Say, whileWorking } from "./kit/sign-of-life.ts";
import { whileNotStopped } from "./kit/signals.ts";
import { withServices } from "./kit/with-services.ts";

const options = {
  provider: {
    type: "string",
    takes: "P",
    says: "this one alone; else every one that has a key or a webhook secret",
    choices: providerNames,
  },
  account: { type: "string", takes: "A", says: "the account at the provider", default: "default" },
  level: {
    type: "string",
    takes: "L",
    says: "what to compare; else all for which the provider states anything",
    choices: levels,
    multiple: true,
  },
  month: { type: "string", takes: "YYYY-MM", says: "the month to compare" },
  from: { ...fromOption, says: "or from then on: an RFC 3339 time, or a day" },
  to: toOption,
  zone: {
    type: "string",
    takes: "ZONE",
    says: "where days and months begin, such as Europe/Berlin",
    default: "UTC",
  },
  currency: { type: "string", takes: "C", says: "this currency alone" },
  payout: { type: "string", takes: "REF", says: "of the level payout: this one alone" },
  statement: { type: "string", takes: "ID", says: "compare with this imported report", multiple: true },
  by: byOption,
  json: jsonOption,
} as const satisfies Options;

export const reconcileCommand = command({
  description:
    "Compares the books with what the providers state, row by row, and says what differs. What to compare with is asked for, or " +
    "taken from imported reports. Ends with 1 if a row is unexplained, with 2 if a source was missing or cut off.",
  options,
  async run(values) {
    const config = readConfiguration();
    const requests = readRequests(values, config);
    const compare = (services: Services, stopping: AbortSignal) =>
      whileWorking("Comparing", (say) => perform(services, requests, { stopping, say }));
    const runs = await whileNotStopped((stopping) =>
      withServices(config, (services) => compare(services, stopping), { by: values.by }),
    );
    if (values.json) printJson(documentOf(runs));
    else print(describeRuns(runs));
    return exitCodeOf(runs);
  },
});

type Said = Values<typeof options>;

function readRequests(values: Said, config: Config): RunRequest[] {
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

function readWindow({ month, from, to }: Said, zone: string): { from: Instant; to: Instant } {
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
  throw new ConfigurationError([{ name: "PADDLE_WEBHOOK_SECRET", code: "missing", problem }]);
}

/** One after the other: what one level finds explains the next. */
async function perform(
  services: Services,
  requests: readonly RunRequest[],
  { stopping, say }: { readonly stopping: AbortSignal; readonly say: Say },
): Promise<FinishedRun[]> {
  const runs: FinishedRun[] = [];
  for (const [index, request] of requests.entries()) {
    say(`${request.provider} ${request.level} (${index + 1} of ${requests.length})`);
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
