import type { AuditProblem } from "../../domain/audit.ts";
import {
  differingHolds,
  differingReversals,
  differingUsageLines,
  misfiledUsage,
} from "../../store/audit/read/spending.ts";
import type { NumberRange } from "../../store/engine/read/page.ts";
import type { Moment } from "./moments.ts";

/** Usage, reversals and holds of some wallets against their statements. */
export async function auditSpending({ read }: Moment, wallets: NumberRange): Promise<AuditProblem[]> {
  return [
    ...(await differingUsageLines(read, wallets)).map(({ id, seq }) => ({
      kind: "line_differs",
      subject: id,
      detail: `line ${seq} is not the sum of its usage`,
    })),
    ...(await misfiledUsage(read, wallets)).map(({ id }) => ({
      kind: "usage_differs",
      subject: id,
      detail: "it does not say what its statement line says",
    })),
    ...(await differingReversals(read, wallets)).map(({ id }) => ({
      kind: "wallet_differs",
      subject: id,
      detail: "what reversals gave back is not what came back of its usage",
    })),
    ...(await differingHolds(read, wallets)).map(({ id }) => ({
      kind: "hold_differs",
      subject: id,
      detail: "its parts do not follow from how it was closed",
    })),
  ];
}
