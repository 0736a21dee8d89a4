import type { Config } from "../config.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { providerNames } from "../domain/ids.ts";
import { formatInstant, type Instant } from "../domain/time.ts";
import {
  type BackfillOptions,
  backfill,
  type KindReport,
  type SourceReport,
} from "../services/backfill/backfill.ts";
import { backfillAnswer } from "../services/documents/backfill.ts";
import type { Services } from "../services/services.ts";
import { command, exitCode, jsonOption, readConfiguration, UsageError } from "./kit/command.ts";
import { fromOption, readProvider, readTime, toOption } from "./kit/options.ts";
import { print, printJson, table } from "./kit/output.ts";
import { type Say, whileWorking } from "./kit/sign-of-life.ts";
import { whileNotStopped } from "./kit/signals.ts";
import { withServices } from "./kit/with-services.ts";

const amounts = ["new", "known", "not money", "unreadable"];

/** A table of the lists, and why some could not be read to their end. */
export function describeBackfill(reports: readonly SourceReport[]): string {
  const lists = reports.flatMap(({ provider, account, kinds }) =>
    kinds.map((kind) => ({ name: `${provider}${account === "default" ? "" : ` ${account}`}`, ...kind })),
  );
  const rows = lists.map(({ name, kind, covered, counts }) => [
    `${name} ${kind}`,
    coverage(covered),
    ...[counts.new, counts.known, counts.meaningless, counts.unreadable].map(String),
  ]);
  const problems = lists.flatMap(({ name, kind, problem }) =>
    problem === null ? [] : [`INCOMPLETE: ${name} ${kind}: ${problem.code}: ${problem.detail}`],
  );
  const isWrong = lists.some(({ counts }) => counts.unreadable > 0);
  const unreadable = isWrong
    ? ["WRONG: some could not be understood: GET /v1/events?outcome=parked says why."]
    : [];
  return [table(["list", "covered", ...amounts], rows, amounts), ...problems, ...unreadable].join("\n");
}

function coverage(covered: KindReport["covered"]): string {
  if (covered === null) return "–";
  return `${covered.from === null ? "its beginning" : minute(covered.from)} to ${minute(covered.to)}`;
}

const minute = (instant: Instant): string => `${formatInstant(instant).slice(0, 16).replace("T", " ")}`;

export const backfillCommand = command({
  description:
    "Asks the providers, with PADDLE_API_KEY and STRIPE_API_KEY, for what they never delivered, and applies it like webhooks. " +
    "Each list is read on from where it was left; --from and --to name a window instead, whatever was read before. Ends with 2 " +
    "if something could not be read, with 1 if something cannot be understood.",
  options: {
    provider: { type: "string", takes: "P", says: "ask this one alone", choices: providerNames },
    from: fromOption,
    to: toOption,
    json: jsonOption,
  },
  async run(values) {
    const options = readOptions(values);
    const config = readConfiguration();
    refuseWithoutKey(config, options);
    const ask = async (services: Services, stopping: AbortSignal) => {
      const reports = await whileWorking("Asking the providers", (say) =>
        backfill(watched(services, say), { ...options, stopping }),
      );
      if (values.json) printJson(backfillAnswer.toJson(reports));
      else print(describeBackfill(reports));
      return exitCodeOf(reports);
    };
    return whileNotStopped((stopping) =>
      withServices(config, (services) => ask(services, stopping), { putsPolicyInForce: true }),
    ).finally(leaveSoon);
  },
});

/** The same services, which say page by page how far they have come. */
function watched(services: Services, say: Say): Services {
  const sources = services.sources.map((configured) => {
    const { source } = configured;
    const pages: typeof source.pages = async function* (kind, window) {
      let rows = 0;
      say(`${source.provider} ${kind}`);
      for await (const page of source.pages(kind, window)) {
        rows += page.tellings.length;
        say(`${source.provider} ${kind}, ${rows} so far`);
        yield page;
      }
    };
    return { ...configured, source: Object.assign(Object.create(source), { pages }) as typeof source };
  });
  return { ...services, sources };
}

interface Flags {
  readonly provider?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

function readOptions({ provider, from, to }: Flags): BackfillOptions {
  const window = { from: readTime("--from", from), to: readTime("--to", to) };
  if (window.from !== null && window.to !== null && window.from >= window.to)
    throw new UsageError("--from must be before --to.");
  const isWhole = window.from === null && window.to === null;
  return {
    providers: provider === undefined ? null : [readProvider(provider)],
    window: isWhole ? null : window,
  };
}

/** @throws ConfigurationError if nobody can be asked */
function refuseWithoutKey({ providers }: Config, { providers: asked }: BackfillOptions): void {
  const wanted = asked ?? providerNames;
  if (wanted.some((name) => providers[name].apiKey !== null)) return;
  const problem = "is missing; the provider is asked with it";
  throw new ConfigurationError(
    wanted.map((name) => ({ name: `${name.toUpperCase()}_API_KEY`, code: "missing" as const, problem })),
  );
}

/** What is wrong is wrong, also where something else could not be read. */
function exitCodeOf(reports: readonly SourceReport[]): number {
  const kinds = reports.flatMap((report) => report.kinds);
  if (kinds.some(({ counts }) => counts.unreadable > 0)) return exitCode.wrong;
  return kinds.some(({ problem }) => problem !== null) ? exitCode.incomplete : exitCode.right;
}

/** A request that Paddle's SDK never gives up would keep the process for minutes. */
function leaveSoon(): void {
  setTimeout(() => process.exit(), 1_000).unref();
}
