import type { ProviderReport } from "../../domain/reconciling/statement.ts";
import { count, list, object, oneOf, text } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { reportNoun } from "../../store/reconciling/nouns/report.ts";
import type { StatementDetail } from "../reconciling/read-statements.ts";

const reason = answer<StatementDetail["reasons"][number]>()(
  "ReportRowReason",
  "Why rows are not included, and how many.",
  () => ({ status: oneOf(["excluded", "error"]), reason: text, count }),
);

export const reportDetail = extended<StatementDetail, ProviderReport>(
  reportNoun,
  ({ statement }) => statement,
  answer<StatementDetail>()("ReportDetail", "A report, and why rows are not included.", () => ({
    reasons: list(object(reason)),
  })),
);
