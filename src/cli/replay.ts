import { findCases } from "./kit/cases.ts";
import { command, exitCode, jsonOption, UsageError } from "./kit/command.ts";
import { describeDifference } from "./kit/differences.ts";
import { readUrl } from "./kit/options.ts";
import { print, printJson, table } from "./kit/output.ts";
import { replayCases, replayCasesTo } from "./kit/replay-threads.ts";
import { type CaseResult, type CaseVerdict, remoteTarget } from "./kit/replaying.ts";
import { whileWorking } from "./kit/sign-of-life.ts";
import { whileNotStopped } from "./kit/signals.ts";
import type { PostOptions } from "./post.ts";

export const replayCommand = command({
  description:
    "Posts recorded events and compares what they lead to with <case>.expected.json. Each file gets a scratch database of its " +
    "own, unless --url names a server.",
  arguments: [
    {
      takes: "<file|folder>…",
      says: "one event, an array of events, or .jsonl; folders with all below them",
    },
  ],
  options: {
    url: { type: "string", takes: "URL", says: "sign the events, and post them to this server" },
    accept: { type: "boolean", says: "write what they lead to as what is expected from now on" },
    shuffle: { type: "string", takes: "SEED", says: "post in another order, the same for the same seed" },
    repeat: { type: "string", takes: "N", says: "post everything so often" },
    json: jsonOption,
  },
  async run({ accept, ...values }, paths) {
    if (paths.length === 0) throw new UsageError("Give at least one file or folder.");
    const options: PostOptions = { shuffleSeed: values.shuffle ?? null, repeat: readRepeat(values.repeat) };
    const url = readUrl("--url", values.url);
    if (accept && (url !== null || options.shuffleSeed !== null || options.repeat > 1))
      throw new UsageError("--accept goes with neither --url, --shuffle nor --repeat.");
    const cases = findCases(paths);
    const target = url === null ? null : remoteTarget(url);
    const { results, stoppedBy } = await whileNotStopped((stopping) =>
      whileWorking("Replaying", async (say) => {
        const progress = { stopping, told: (done: number) => say(`${done} of ${cases.length}`) };
        const replayed =
          target === null
            ? replayCases(cases, { ...options, accept }, progress)
            : replayCasesTo(target, cases, options, progress);
        return { results: await replayed, stoppedBy: stopping.reason };
      }),
    );
    const left = cases.length - results.length;
    if (left > 0)
      process.stderr.write(`Stopped by ${stoppedBy}: ${left} of ${cases.length} cases were not replayed.\n`);
    const code = Math.max(exitCodeOf(results), left > 0 ? exitCode.incomplete : exitCode.right);
    if (values.json) printJson({ ok: code === exitCode.right, cases: results });
    else print(describe(results));
    return code;
  },
});

function readRepeat(text = "1"): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError("--repeat must be a whole number from 1 to 9999.");
}

/** Without a golden file, what was not accepted is wrong; with one, what differs from it. */
function isWrong({ verdict, events, audit }: CaseResult): boolean {
  if (audit?.complete && !audit.ok) return true;
  if (verdict === "none") return events.some(({ outcome }) => unaccepted.includes(outcome));
  return verdict === "differs";
}

const unaccepted = ["refused", "parked", "failed"];

function exitCodeOf(results: readonly CaseResult[]): number {
  if (results.some(isWrong)) return exitCode.wrong;
  return results.some(({ audit }) => audit?.complete === false) ? exitCode.incomplete : exitCode.right;
}

const words: Readonly<Record<CaseVerdict, string>> = {
  matched: "as expected",
  differs: "DIFFERS",
  accepted: "accepted",
  none: "no golden file",
};

function describe(results: readonly CaseResult[]): string {
  const rows = results.map(({ name, verdict, events, audit }) => [
    name,
    outcomesOf(events.map(({ outcome }) => outcome)),
    words[verdict],
    audit === null ? "–" : audit.ok ? "ok" : "NOT OK",
  ]);
  return [
    table(["case", "outcomes", "result", "audit"], rows),
    ...results.flatMap(explain),
    `${results.length} cases, ${results.filter(isWrong).length} wrong.`,
  ].join("\n");
}

/** `3 applied, 1 ignored` */
function outcomesOf(outcomes: readonly string[]): string {
  const counts = Map.groupBy(outcomes, (outcome) => outcome);
  return [...counts].map(([outcome, all]) => `${all.length} ${outcome}`).join(", ");
}

function explain({ name, differences, events, verdict, audit }: CaseResult): string[] {
  const refused = verdict === "none" ? events.filter(({ outcome }) => unaccepted.includes(outcome)) : [];
  const lines = [
    ...differences.map(describeDifference),
    ...refused.map(
      ({ event_id, outcome, reason }) => `    ${event_id ?? "an event"} was ${outcome}: ${reason}`,
    ),
    ...(audit?.problems ?? []).map(({ kind, subject, detail }) => `    audit: ${kind} ${subject}: ${detail}`),
  ];
  return lines.length === 0 ? [] : [`  ${name}`, ...lines];
}
