import { formatInstant, type Instant } from "../../domain/time.ts";
import type { KindReport, SourceReport } from "../../services/backfill/backfill.ts";
import { table } from "./output.ts";

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
