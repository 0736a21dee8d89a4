import type { ReportFormat, RowReading } from "../../providers/report.ts";
import { stripePayoutReport } from "../../providers/stripe/payout-report.ts";
import { receiveStatement } from "../receive.ts";
import type { Services } from "../services.ts";
import { ReportError, type ReportPart, type ReportProblem, reportParts } from "./report-rows.ts";

export const reportFormats: readonly ReportFormat[] = [stripePayoutReport];

/** What became of a report. Every row is included, excluded or in error. */
export interface ImportReport {
  /** `refused`: nothing of it was imported. `incomplete`: it could be read only so far. */
  readonly status: "imported" | "incomplete" | "refused";
  readonly problem: { readonly code: ReportProblem; readonly detail: string } | null;
  readonly warnings: readonly string[];
  /** Of the included ones, those that the books did not know. */
  readonly news: number;
  readonly included: number;
  /** How many, by reason. */
  readonly excluded: Readonly<Record<string, number>>;
  /** The first of them, and how many there are. */
  readonly errors: readonly RowError[];
  readonly errorCount: number;
}

export interface RowError {
  readonly line: number;
  readonly reason: string;
}

/** A person mends the first ones, and tries again. */
const mostErrors = 100;
/** So many rows are one batch of the database. */
const rowsAtOnce = 64;

/**
 * Imports a provider's report, row by row as it is read. A row that the books know has no effect, so a report may be imported
 * again, and what failed half-way goes on.
 * @throws if the database cannot be used, or the report cannot be read from where it is
 */
export async function importStatement(
  services: Services,
  chunks: AsyncIterable<Uint8Array>,
  { format, account }: { readonly format: ReportFormat; readonly account: string },
): Promise<ImportReport> {
  const taken = new Tally(services, format, account);
  try {
    for await (const part of reportParts(chunks, format)) await taken.take(part);
    await taken.flush();
    return taken.report("imported", null);
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    await taken.flush();
    const problem = { code: error.code, detail: error.message };
    return taken.report(error.code === "csv_invalid" ? "incomplete" : "refused", problem);
  }
}

type Included = Extract<RowReading, { kind: "included" }> & { readonly line: number };

class Tally {
  readonly #services: Services;
  readonly #format: ReportFormat;
  readonly #account: string;
  readonly #warnings: string[] = [];
  readonly #excluded = new Map<string, number>();
  readonly #errors: RowError[] = [];
  readonly #currencies = new Set<string>();
  #waiting: Included[] = [];
  #included = 0;
  #news = 0;
  #errorCount = 0;

  constructor(services: Services, format: ReportFormat, account: string) {
    this.#services = services;
    this.#format = format;
    this.#account = account;
  }

  async take(part: ReportPart): Promise<void> {
    if (part.kind === "header")
      this.#warnings.push(...part.unknownColumns.map((column) => `column_unknown: ${column}`));
    else if (part.kind === "unfinished")
      this.#warnings.push("line_unfinished: the last row may have been cut off");
    else if (part.kind === "broken")
      this.#fail(part.line, "row_broken: another number of fields than the header");
    else await this.#takeRow(part.line, this.#format.readRow(part.row));
  }

  async #takeRow(line: number, reading: RowReading): Promise<void> {
    if (reading.kind === "error") this.#fail(line, reading.reason);
    else if (reading.kind === "excluded")
      this.#excluded.set(reading.reason, (this.#excluded.get(reading.reason) ?? 0) + 1);
    else {
      this.#currencies.add(reading.currency);
      this.#waiting.push({ ...reading, line });
      if (this.#waiting.length >= rowsAtOnce) await this.flush();
    }
  }

  async flush(): Promise<void> {
    const rows = this.#waiting;
    this.#waiting = [];
    await Promise.all(rows.map((row) => this.#state(row)));
  }

  async #state({ line, body }: Included): Promise<void> {
    const { provider } = this.#format;
    const receivedAt = this.#services.clock.now();
    const statement = {
      provider,
      account: this.#account,
      body,
      origin: "import",
      receivedAt,
      unlessKnown: true,
    } as const;
    const said = await receiveStatement(this.#services, statement);
    if (said.kind === "refused") return this.#fail(line, said.code);
    if (said.outcome === "parked" || said.outcome === "failed")
      return this.#fail(line, said.reason ?? said.outcome);
    if (said.reason === "event_content_differs")
      return this.#fail(line, "row_differs: from an earlier report");
    this.#included += 1;
    if (said.outcome !== "duplicate") this.#news += 1;
  }

  #fail(line: number, reason: string): void {
    this.#errorCount += 1;
    if (this.#errors.length < mostErrors) this.#errors.push({ line, reason });
  }

  report(status: ImportReport["status"], problem: ImportReport["problem"]): ImportReport {
    const currencies = [...this.#currencies].sort();
    const mixed = currencies.length > 1 ? [`currencies_mixed: ${currencies.join(", ")}`] : [];
    return {
      status,
      problem,
      warnings: [...this.#warnings, ...mixed],
      news: this.#news,
      included: this.#included,
      excluded: Object.fromEntries([...this.#excluded].sort()),
      errors: this.#errors.toSorted((a, b) => a.line - b.line),
      errorCount: this.#errorCount,
    };
  }
}
