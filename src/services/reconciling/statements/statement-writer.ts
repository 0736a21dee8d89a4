import type { Deed } from "../../../domain/action.ts";
import type { StatementId } from "../../../domain/ids.ts";
import type {
  ProviderReport,
  ReportRow,
  StatementCounts,
  StatementRow,
} from "../../../domain/reconciling/statement.ts";
import type {
  NewStatement,
  OpenStatement,
  ReportEnd,
} from "../../../store/reconciling/provider-statements.ts";
import { keysTaken } from "../../../store/reconciling/read/statement-rows.ts";
import { findStatement } from "../../../store/reconciling/read/statements.ts";
import { actionOf, noSides } from "../../people/acting.ts";
import type { Services } from "../../services.ts";

/** What the books made of a row. */
export type RowOutcome =
  | { readonly kind: "news" | "known" }
  /** They could not take it. */
  | { readonly kind: "untold"; readonly reason: string };

/** A line as it was read. `tell` brings what it says to the books; `null` where they hear of it otherwise. */
export interface LineToKeep {
  readonly read: ReportRow;
  readonly tell: (() => Promise<RowOutcome>) | null;
}

/** So many lines are stored at once. */
export const linesAtOnce = 256;

/** Keeps the lines of one statement, batch by batch: each with its fate, and with how far they lead. */
export class StatementWriter {
  readonly #services: Services;
  readonly #statement: OpenStatement;
  #counts: StatementCounts = { included: 0, excluded: 0, inError: 0, news: 0 };
  #waiting: LineToKeep[] = [];

  private constructor(services: Services, statement: OpenStatement) {
    this.#services = services;
    this.#statement = statement;
  }

  static async open(
    services: Services,
    statement: Omit<NewStatement, "createdAt" | "actionOf">,
  ): Promise<StatementWriter> {
    const createdAt = services.clock.now();
    const { actor } = services;
    const { origin, provider, account, format } = statement;
    const deedOf = (id: StatementId): Deed => {
      return { ...noSides, action: "statement.import", subject: id, after: { provider, account, format } };
    };
    // A list that a comparison reads is part of that.
    const actionFor =
      actor === null || origin !== "import"
        ? null
        : (id: StatementId) => actionOf(actor, deedOf(id), createdAt);
    const opened = await services.store.openStatement({ ...statement, createdAt, actionOf: actionFor });
    return new StatementWriter(services, opened);
  }

  get id(): StatementId {
    return this.#statement.id;
  }

  /** Stores when enough lines are together. */
  async keep(line: LineToKeep): Promise<void> {
    this.#waiting.push(line);
    if (this.#waiting.length >= linesAtOnce) await this.flush();
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const taken = await this.#keysTaken(waiting);
    const single = waiting.map((line) => withoutRepetition(line, taken));
    const fates = await Promise.all(single.map(({ tell }) => tell?.() ?? known));
    const lines = single.map(({ read }, index) => withFate(read, fates[index] ?? known));
    const news = fates.filter((fate) => fate.kind === "news").length;
    const before = this.#counts;
    const after = { ...sumOf(before, lines), news: before.news + news };
    await this.#services.store.addStatementLines(this.#statement, { lines, before, after });
    this.#counts = after;
  }

  /** Stores what is left, and says how it ended. */
  async finish(end: Omit<ReportEnd, "finishedAt">): Promise<ProviderReport> {
    await this.flush();
    const { store, clock } = this.#services;
    await store.finishStatement(this.#statement, { ...end, finishedAt: clock.now() });
    const found = await findStatement(store.read, this.#statement.id);
    if (found === undefined) throw new Error(`The statement ${this.#statement.id} is gone.`);
    return found.statement;
  }

  #keysTaken(lines: readonly LineToKeep[]): Promise<Set<string>> {
    const keys = lines.flatMap(({ read }) => (read.status === "error" ? [] : [read.row.key]));
    return keysTaken(this.#services.store.read, this.#statement.no, keys);
  }
}

const known: RowOutcome = { kind: "known" };

/** A second line of the same key is in error: it is shown, and says nothing to the books. */
function withoutRepetition(line: LineToKeep, taken: Set<string>): LineToKeep {
  const { read } = line;
  if (read.status === "error") return line;
  if (taken.has(read.row.key)) return { read: inError(read, "row_duplicated"), tell: null };
  taken.add(read.row.key);
  return line;
}

function withFate(read: ReportRow, fate: RowOutcome): ReportRow {
  return fate.kind === "untold" ? inError(read, fate.reason) : read;
}

function inError({ line, row }: ReportRow, reason: string): ReportRow {
  return { line, status: "error", reason, row: row as Partial<StatementRow> };
}

function sumOf(before: StatementCounts, lines: readonly ReportRow[]): StatementCounts {
  const count = (status: ReportRow["status"]) => lines.filter((line) => line.status === status).length;
  return {
    included: before.included + count("included"),
    excluded: before.excluded + count("excluded"),
    inError: before.inError + count("error"),
    news: before.news,
  };
}
