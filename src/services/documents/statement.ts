import {
  type ProviderReport,
  statementOrigins,
  statementStatuses,
} from "../../domain/reconciling/statement.ts";
import { type ReportRow, statementLineStatuses } from "../../domain/reconciling/statement-row.ts";
import { amount, count, flag, list, object, oneOf, text, time } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import type { StatementDetail } from "../reconciling/read-statements.ts";

const problem = answer<NonNullable<ProviderReport["problem"]>>()(
  "ReportProblem",
  "Why it could not be read, or not to its end.",
  () => ({ code: text, detail: text }),
);

const counts = answer<ProviderReport["counts"]>()("ReportCounts", "How many rows ended how.", (from) => ({
  included: count,
  excluded: count,
  inError: count,
  new: from(count.about("Of the included ones, those that told the books something."), ({ news }) => news),
}));

export const reportAnswer = answer<ProviderReport>()(
  "Report",
  "A provider's report that was imported, or a list that was read for comparing.",
  (from) => ({
    id: text,
    provider: text,
    account: text,
    format: text,
    origin: oneOf(statementOrigins),
    status: oneOf(statementStatuses),
    problem: object(problem).nullable,
    warnings: list(text),
    from: from(time.nullable, ({ covered }) => covered.from),
    to: from(time.nullable, ({ covered }) => covered.to),
    rows: from(object(counts), (statement) => statement.counts),
    createdAt: time,
    finishedAt: time.nullable,
    dismissed: from(
      flag.about("Whether a person said that nothing is to be done about it."),
      ({ dismissedAt }) => dismissedAt !== null,
    ),
    dismissedAt: time.nullable,
    dismissedReason: text.nullable,
  }),
);

const reason = answer<StatementDetail["reasons"][number]>()(
  "ReportRowReason",
  "Why rows are not included, and how many.",
  () => ({ status: oneOf(["excluded", "error"]), reason: text, count }),
);

export const reportDetail = extended<StatementDetail, ProviderReport>(
  reportAnswer,
  ({ statement }) => statement,
  answer<StatementDetail>()("ReportDetail", "A report, and why rows are not included.", () => ({
    reasons: list(object(reason)),
  })),
);

export const reportRowAnswer = answer<ReportRow>()(
  "ReportRow",
  "One row of a report, in canonical words. What of a row in error could not be read is null.",
  (from) => ({
    line: count.about("Counted from 1; of a report the line of the file."),
    status: oneOf(statementLineStatuses),
    reason: text.nullable,
    key: from(text.nullable, ({ row }) => row.key ?? null),
    kind: from(text.nullable, ({ row }) => row.kind ?? null),
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
