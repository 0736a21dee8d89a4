import { type Kysely, sql } from "kysely";
import type { Instant } from "../../../domain/time.ts";
import { type Page, type PageRequest, pageAt, positionIn } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { auditNoun, type KeptAudit } from "../nouns/audit.ts";

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
  return pageAt(
    rows.map((row) => auditNoun.nounOf(row)),
    page,
    ({ id }) => id,
  );
}

/** Until when somebody holds a lease at the longest; `null` if nobody does. */
export async function leasedUntil(db: Kysely<Database>, name: string, now: Instant): Promise<Instant | null> {
  const { rows } = await sql<{ until: Instant }>`
    select expires_at as until from leases where name = ${name} and expires_at > ${now}
  `.execute(db);
  return rows[0]?.until ?? null;
}
