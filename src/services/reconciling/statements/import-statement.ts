import { idempotencyId, type StatementId } from "../../../domain/ids.ts";
import type { ProviderReport, ReportRow, StatementPeriod } from "../../../domain/reconciling/statement.ts";
import type { ReportFormat, RowReading } from "../../../providers/report.ts";
import { isDecided } from "../../../store/batch/idempotency-keys.ts";
import { findStatement } from "../../../store/reconciling/read/statements.ts";
import { receiveTelling } from "../../inbox/receive.ts";
import { type KeyedRequest, once } from "../../kit/idempotency.ts";
import type { Services } from "../../services.ts";
import { endInterrupted, whileReading } from "./interrupted.ts";
import { ReportError, type ReportPart, reportParts } from "./report-parts.ts";
import { type LineToKeep, type RowOutcome, StatementWriter } from "./statement-writer.ts";

export interface ReportToImport {
  readonly format: ReportFormat;
  readonly account: string;
  /** What the report covers, as whoever imports it says. */
  readonly period: StatementPeriod;
}

/**
 * Imports a provider's report: every row is kept with what became of it, and what of it is news goes to the books through the
 * same inbox as webhooks. A row that they know has no effect, so a report may be imported again.
 * @throws if the database cannot be used; the statement stays `running` then, until it is found to be interrupted
 */
export async function importStatement(
  services: Services,
  chunks: AsyncIterable<Uint8Array>,
  report: ReportToImport,
): Promise<ProviderReport> {
  const { format, account, period } = report;
  const { provider, name } = format;
  const about = { provider, account, format: name, origin: "import", covered: period } as const;
  await endInterrupted(services);
  const writer = await StatementWriter.open(services, about);
  return whileReading(services, writer.id, () =>
    readReport(new Reading(services, report, writer), chunks, format),
  );
}

async function readReport(
  reading: Reading,
  chunks: AsyncIterable<Uint8Array>,
  format: ReportFormat,
): Promise<ProviderReport> {
  try {
    for await (const part of reportParts(watched(chunks), format)) await reading.take(part);
    return await reading.finish("complete", null);
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    const { code, message: detail } = error;
    return await reading.finish(reading.hasBegun ? "incomplete" : "refused", { code, detail });
  }
}

/** A report that breaks off on its way to us is read as far as it came. */
async function* watched(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (error instanceof ReportError) throw error;
    throw new ReportError("cut_off", "The report broke off before its end.");
  }
}

class Reading {
  readonly #services: Services;
  readonly #report: ReportToImport;
  readonly #writer: StatementWriter;
  readonly #warnings: string[] = [];
  readonly #currencies = new Set<string>();
  #otherwise = 0;
  hasBegun = false;

  constructor(services: Services, report: ReportToImport, writer: StatementWriter) {
    this.#services = services;
    this.#report = report;
    this.#writer = writer;
  }

  async take(part: ReportPart): Promise<void> {
    this.hasBegun = true;
    if (part.kind === "header")
      this.#warnings.push(...part.unknownColumns.map((column) => `column_unknown: ${column}`));
    else if (part.kind === "unfinished")
      this.#warnings.push("line_unfinished: the last row may have been cut off");
    else if (part.kind === "broken") await this.#writer.keep(broken(part.line));
    else await this.#writer.keep(this.#read(part));
  }

  #read({ line, row }: Extract<ReportPart, { kind: "row" }>): LineToKeep {
    const { format, period } = this.#report;
    const reading = format.readRow(row, period);
    if (reading.kind !== "error") this.#currencies.add(reading.row.currency);
    const body = reading.kind === "included" ? reading.body : null;
    return { read: lineOf(line, reading), tell: body === null ? null : () => this.#tell(body) };
  }

  async #tell(body: Uint8Array): Promise<RowOutcome> {
    const { format, account } = this.#report;
    const said = await receiveTelling(this.#services, {
      provider: format.provider,
      account,
      body,
      origin: "import",
      receivedAt: this.#services.clock.now(),
      unlessKnown: true,
    });
    if (said.kind === "refused") return { kind: "untold", reason: said.code };
    if (said.outcome === "parked" || said.outcome === "failed")
      return { kind: "untold", reason: said.reason ?? said.outcome };
    // It is kept as it is, and the books keep what they have: comparing them shows the difference.
    if (said.reason === "event_content_differs" || said.reason === "known_otherwise") this.#otherwise += 1;
    return { kind: said.outcome === "duplicate" ? "known" : "news" };
  }

  async finish(
    status: "complete" | "incomplete" | "refused",
    problem: ProviderReport["problem"],
  ): Promise<ProviderReport> {
    await this.#writer.flush();
    return this.#writer.finish({ status, problem, warnings: [...this.#warnings, ...this.#warningsOfRows()] });
  }

  #warningsOfRows(): string[] {
    const currencies = [...this.#currencies].sort();
    const isMixed = currencies.length > 1 && !this.#report.format.mixesCurrencies;
    return [
      ...(isMixed ? [`currencies_mixed: ${currencies.join(", ")}`] : []),
      ...(this.#otherwise > 0
        ? [`rows_differ: ${this.#otherwise}, from what the books know; reconcile shows which`]
        : []),
    ];
  }
}

const broken = (line: number): LineToKeep => {
  const reason = "row_broken: another number of fields than the header";
  return { read: { line, status: "error", reason, row: {} }, tell: null };
};

function lineOf(line: number, reading: RowReading): ReportRow {
  if (reading.kind === "included") return { line, status: "included", reason: null, row: reading.row };
  if (reading.kind === "excluded")
    return { line, status: "excluded", reason: reading.reason, row: reading.row };
  return { line, status: "error", reason: reading.reason, row: reading.row };
}

/** An import under an idempotency key; what it asks for is known only once its report was read to the end. */
export interface KeyedImport extends Omit<KeyedRequest, "request"> {
  request(): string;
  onRepeated(): void;
}

/**
 * Imports a report once for one key: sent again, it is read and not imported, and the answer is the first statement. If two
 * are on their way at once both are imported, and have one answer. What broke off keeps no key: it may be sent again.
 * @throws IdempotencyConflict if the key was used for another report
 */
export async function importOnce(
  services: Services,
  keyed: KeyedImport | null,
  chunks: AsyncIterable<Uint8Array>,
  run: (chunks: AsyncIterable<Uint8Array>) => Promise<ProviderReport>,
): Promise<ProviderReport> {
  if (keyed === null) return run(chunks);
  if (await isDecided(services.store.read, idempotencyId(keyed.caller, keyed.key, 0))) {
    for await (const _ of chunks);
    return keep(services, keyed, null);
  }
  const statement = await run(chunks);
  return statement.problem?.code === "cut_off" ? statement : keep(services, keyed, statement.id);
}

/** What was imported first under this key: this statement, or another before it. */
async function keep(services: Services, keyed: KeyedImport, id: StatementId | null): Promise<ProviderReport> {
  const { caller, key, onRepeated } = keyed;
  const { store } = once(services, { caller, key, request: keyed.request() }, onRepeated);
  const first = await store.write({ needs: {}, decide: () => id });
  const found = first === null ? undefined : await findStatement(store.read, first);
  if (found === undefined) throw new Error(`The statement ${first} is gone.`);
  return found.statement;
}
