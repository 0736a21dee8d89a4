import type { StatementId } from "../../domain/ids.ts";
import type { ProviderReport } from "../../domain/reconciling/statement.ts";
import type { ReportRow } from "../../domain/reconciling/statement-row.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import { type LineReason, lineReasons, listReportRows } from "../../store/reconciling/read/statement-rows.ts";
import { findStatement } from "../../store/reconciling/read/statements.ts";
import type { Services } from "../services.ts";

/** A statement, and why some of its lines are not included. */
export interface StatementDetail {
  readonly statement: ProviderReport;
  readonly reasons: readonly LineReason[];
}

type Reading = Pick<Services, "store">;

export async function readReport({ store }: Reading, id: StatementId): Promise<StatementDetail | undefined> {
  const found = await findStatement(store.read, id);
  if (found === undefined) return undefined;
  return { statement: found.statement, reasons: await lineReasons(store.read, found.no) };
}

/** In the order of the report; `undefined` if there is no such statement. */
export async function readStatementLines(
  { store }: Reading,
  id: StatementId,
  filter: { readonly status?: ReportRow["status"] | undefined },
  page: PageRequest,
): Promise<Page<ReportRow> | undefined> {
  const found = await findStatement(store.read, id);
  return found === undefined ? undefined : listReportRows(store.read, found.no, filter, page);
}
