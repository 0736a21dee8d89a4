import { type Kysely, sql } from "kysely";
import type { AuditProblem, AuditVerdict } from "../../../domain/audit.ts";
import type { Instant } from "../../../domain/time.ts";
import { fromFlag } from "../../engine/columns.ts";
import { type Page, type PageRequest, pageAt, positionIn } from "../../engine/read/page.ts";
import type { AuditRow, Database } from "../../schema.ts";

/** What an audit said, when a server was asked for it. */
export interface KeptAudit extends AuditVerdict {
  readonly id: string;
  readonly begunAt: Instant;
  readonly endedAt: Instant;
  /** Of which the first are kept. */
  readonly problemCount: number;
}

/** Newest first. */
export async function listAudits(db: Kysely<Database>, page: PageRequest): Promise<Page<KeptAudit>> {
  const at = await positionIn(db, "audits", page);
  const rows = await db
    .selectFrom("audits")
    .selectAll()
    .where("no", at.compare, at.no)
    .orderBy("no", at.order)
    .limit(page.limit + 1)
    .execute();
  return pageAt(rows.map(auditOf), page, ({ id }) => id);
}

function auditOf(row: AuditRow): KeptAudit {
  return {
    id: row.id,
    begunAt: row.begun_at,
    endedAt: row.ended_at,
    ok: fromFlag(row.ok),
    complete: fromFlag(row.complete),
    checked: JSON.parse(row.checked) as Record<string, number>,
    problemCount: Number(row.problem_count),
    problems: JSON.parse(row.problems) as AuditProblem[],
  };
}

/** Until when somebody holds a lease at the longest; `null` if nobody does. */
export async function leasedUntil(db: Kysely<Database>, name: string, now: Instant): Promise<Instant | null> {
  const { rows } = await sql<{ until: Instant }>`
    select expires_at as until from leases where name = ${name} and expires_at > ${now}
  `.execute(db);
  return rows[0]?.until ?? null;
}
