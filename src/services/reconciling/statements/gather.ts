import type { StatementId } from "../../../domain/ids.ts";
import type { ReportRow, StatementProblem } from "../../../domain/reconciling/statement.ts";
import type { Instant } from "../../../domain/time.ts";
import { SourceError } from "../../../providers/kit/asking.ts";
import type { ListedRow } from "../../../providers/kit/listed-rows.ts";
import type { ConfiguredSource, Services } from "../../services.ts";
import { whileReading } from "./interrupted.ts";
import { StatementWriter } from "./statement-writer.ts";

export interface ListToGather {
  /** One of the source's `lists`. */
  readonly list: string;
  /** Half-open, on the list's own clock; what customers have is listed whole. */
  readonly window: { readonly from: Instant | null; readonly to: Instant };
  /** Of Stripe's balance rows: those of one payout alone. */
  readonly payoutRef?: string;
  readonly stopping?: AbortSignal;
}

/**
 * Lists what a provider has anew, and keeps each row as a statement, to be compared with what we hold. The books hear nothing
 * of it: that is backfill's. What cannot be read to its end is `incomplete`, and says why.
 * @throws if the database cannot be used
 */
export async function gatherList(
  services: Services,
  { source, account }: ConfiguredSource,
  { list, window, payoutRef, stopping }: ListToGather,
): Promise<StatementId> {
  const { provider } = source;
  // The rows of one payout are of any time.
  const covered = payoutRef === undefined ? window : { from: null, to: null };
  const about = { provider, account, format: list, origin: "list", covered } as const;
  const writer = await StatementWriter.open(services, about);
  const pages = source.listed(list, { ...window, payoutRef: payoutRef ?? null });
  return whileReading(services, writer.id, async () => {
    const problem = await keepAll(writer, pages, stopping);
    const status = problem === null ? "complete" : "incomplete";
    const { id } = await writer.finish({ status, problem, warnings: [] });
    return id;
  });
}

/** What kept it from its end; `null` if nothing did. */
async function keepAll(
  writer: StatementWriter,
  pages: AsyncIterable<readonly ListedRow[]>,
  stopping: AbortSignal | undefined,
): Promise<StatementProblem | null> {
  let line = 0;
  try {
    for await (const rows of pages) {
      for (const row of rows) await writer.keep({ read: lineOf(++line, row), tell: null });
      if (stopping?.aborted) throw new Stopped();
    }
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

class Stopped extends Error {
  readonly code = "stopped";
}

/** What a database refuses is thrown on. */
function problemOf(error: unknown): StatementProblem {
  if (error instanceof Stopped) return { code: error.code, detail: "It was told to stop." };
  if (error instanceof SourceError) return { code: error.code, detail: error.message };
  throw error;
}

function lineOf(line: number, listed: ListedRow): ReportRow {
  if (listed.kind === "row") return { line, status: "included", reason: null, row: listed.row };
  return { line, status: "error", reason: listed.reason, row: listed.row };
}
