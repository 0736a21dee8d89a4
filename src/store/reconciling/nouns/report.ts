import type { ProviderName, StatementId } from "../../../domain/ids.ts";
import {
  type ProviderReport,
  type ReportRow,
  type StatementCounts,
  type StatementPeriod,
  type StatementRow,
  statementLineStatuses,
  statementOrigins,
  statementRowKinds,
  statementStatuses,
} from "../../../domain/reconciling/statement.ts";
import {
  amount,
  asJson,
  assembled,
  count,
  flag,
  internalNumber,
  list,
  object,
  oneOf,
  ownNumber,
  text,
  textOf,
  time,
} from "../../described/field.ts";
import { answer, described, type SnakeCase } from "../../described/noun.ts";

const problem = answer<NonNullable<ProviderReport["problem"]>>()(
  "ReportProblem",
  "Why it could not be read, or not to its end.",
  () => ({ code: text, detail: text }),
);

const counts = answer<StatementCounts>()("ReportCounts", "How many rows ended how.", (from) => ({
  included: count,
  excluded: count,
  inError: count,
  new: from(count.about("Of the included ones, those that told the books something."), ({ news }) => news),
}));

interface CoveredColumns {
  readonly covered_from: bigint | null;
  readonly covered_to: bigint | null;
}

interface CountColumns {
  readonly rows_included: bigint;
  readonly rows_excluded: bigint;
  readonly rows_in_error: bigint;
  readonly rows_new: bigint;
}

/** Its counts say how far it was stored. */
export const reportNoun = described<ProviderReport>()(
  "Report",
  "A provider's report that was imported, or a list that was read for comparing.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<StatementId>(),
    provider: textOf<ProviderName>(),
    account: text,
    format: text,
    origin: oneOf(statementOrigins),
    status: oneOf(statementStatuses),
    problem: asJson<NonNullable<ProviderReport["problem"]>>().toldAs(object(problem)).nullable,
    warnings: asJson<ProviderReport["warnings"]>().toldAs(list(text)),
    covered: assembled<StatementPeriod, CoveredColumns>((row) => ({
      from: row.covered_from,
      to: row.covered_to,
    })),
    coveredFrom: from(time.nullable.named("from"), ({ covered }) => covered.from),
    coveredTo: from(time.nullable.named("to"), ({ covered }) => covered.to),
    counts: assembled<StatementCounts, CountColumns>((row) => ({
      included: Number(row.rows_included),
      excluded: Number(row.rows_excluded),
      inError: Number(row.rows_in_error),
      news: Number(row.rows_new),
    }))
      .toldAs(object(counts))
      .named("rows"),
    rowsIncluded: from(count.untold, ({ counts }) => counts.included),
    rowsExcluded: from(count.untold, ({ counts }) => counts.excluded),
    rowsInError: from(count.untold, ({ counts }) => counts.inError),
    rowsNew: from(count.untold, ({ counts }) => counts.news),
    createdAt: time,
    finishedAt: time.nullable,
    dismissed: from(
      flag.unkept.about("Whether a person said that nothing is to be done about it."),
      ({ dismissedAt }) => dismissedAt !== null,
    ),
    dismissedAt: time.nullable,
    dismissedReason: text.nullable,
  }),
);

/** What of a row may be kept, in columns: what of one in error could not be read is null. */
type StatementColumns = {
  readonly [Key in keyof StatementRow as SnakeCase<Key>]: StatementRow[Key] | null;
};

function statementRowOf(row: StatementColumns): Partial<StatementRow> {
  const { key, kind, category, state, at, currency, gross, fee, tax, net } = row;
  return {
    ...(key === null ? {} : { key }),
    ...(kind === null ? {} : { kind }),
    ...(category === null ? {} : { category }),
    ...(currency === null ? {} : { currency }),
    objectRef: row.object_ref,
    payoutRef: row.payout_ref,
    customerRef: row.customer_ref,
    state,
    at,
    gross,
    fee,
    tax,
    net,
  };
}

/** A row as it is kept, with the internal number of the report it is of. */
export interface KeptReportRow extends Pick<ReportRow, "line" | "status"> {
  readonly statementNo: bigint;
  readonly reason: string | null;
  readonly row: Partial<StatementRow>;
}

/** Never changed. */
export const reportRowNoun = described<KeptReportRow, ReportRow>((row) => row as KeptReportRow)(
  "ReportRow",
  "One row of a report, in canonical words. What of a row in error could not be read is null.",
  (from) => ({
    statementNo: internalNumber,
    line: count.about("Counted from 1; of a report the line of the file."),
    status: oneOf(statementLineStatuses),
    reason: text.nullable,
    row: assembled<Partial<StatementRow>, StatementColumns>(statementRowOf),
    key: from(text.nullable, ({ row }) => row.key ?? null),
    kind: from(oneOf(statementRowKinds).toldAs(textOf()).nullable, ({ row }) => row.kind ?? null),
    category: from(text.nullable, ({ row }) => row.category ?? null),
    objectRef: from(text.nullable, ({ row }) => row.objectRef ?? null),
    payoutRef: from(text.nullable, ({ row }) => row.payoutRef ?? null),
    customerRef: from(text.nullable, ({ row }) => row.customerRef ?? null),
    state: from(text.nullable, ({ row }) => row.state ?? null),
    at: from(time.nullable, ({ row }) => row.at ?? null),
    currency: from(text.nullable, ({ row }) => row.currency ?? null),
    gross: from(amount.nullable, ({ row }) => row.gross ?? null),
    fee: from(amount.nullable, ({ row }) => row.fee ?? null),
    tax: from(amount.nullable, ({ row }) => row.tax ?? null),
    net: from(amount.nullable, ({ row }) => row.net ?? null),
  }),
);
