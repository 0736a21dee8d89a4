import type { Statement } from "../../domain/statement/statement.ts";
import type { StatementLine } from "../../domain/statement/statement-row.ts";
import type { StatementDetail } from "../../services/read/statements.ts";
import { nullableAmount, nullableTime, time } from "./values.ts";

export function statementJson({ counts, covered, ...statement }: Statement) {
  return {
    id: statement.id,
    provider: statement.provider,
    account: statement.account,
    format: statement.format,
    origin: statement.origin,
    status: statement.status,
    problem: statement.problem,
    warnings: statement.warnings,
    from: nullableTime(covered.from),
    to: nullableTime(covered.to),
    rows: {
      included: counts.included,
      excluded: counts.excluded,
      in_error: counts.inError,
      new: counts.news,
    },
    created_at: time(statement.createdAt),
    finished_at: nullableTime(statement.finishedAt),
  };
}

export function statementDetailJson({ statement, reasons }: StatementDetail) {
  return { ...statementJson(statement), reasons };
}

/** What of a row in error could not be read is null. */
export function statementLineJson({ line, status, reason, row }: StatementLine) {
  return {
    line,
    status,
    reason,
    key: row.key ?? null,
    kind: row.kind ?? null,
    category: row.category ?? null,
    object_ref: row.objectRef ?? null,
    payout_ref: row.payoutRef ?? null,
    customer_ref: row.customerRef ?? null,
    state: row.state ?? null,
    at: nullableTime(row.at ?? null),
    currency: row.currency ?? null,
    gross: nullableAmount(row.gross ?? null),
    fee: nullableAmount(row.fee ?? null),
    tax: nullableAmount(row.tax ?? null),
    net: nullableAmount(row.net ?? null),
  };
}
