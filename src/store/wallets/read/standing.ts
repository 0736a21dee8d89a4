import { type Kysely, sql } from "kysely";
import { type Instant, nanosecondsPerDay } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";

/** How many discrepancies are open, by how long ago what they are about was due. */
export interface OpenByAge {
  /** In the groups that open items are listed in. */
  readonly counts: Readonly<Record<"not due" | "0-1" | "2-7" | "8-30" | "over 30", number>>;
  /** `null`: none is. */
  readonly oldestDueAt: Instant | null;
}

export async function openByAge(db: Kysely<Database>, now: Instant): Promise<OpenByAge> {
  const before = (days: bigint) => now - days * nanosecondsPerDay;
  const { rows } = await sql<
    Record<"open" | "due" | "d2" | "d8" | "d31", bigint> & { oldest: bigint | null }
  >`
    select count(*) as "open", count(*) filter (where due <= ${now}) as due,
      count(*) filter (where due <= ${before(2n)}) as d2, count(*) filter (where due <= ${before(8n)}) as d8,
      count(*) filter (where due <= ${before(31n)}) as d31, min(due) as oldest
    from (select coalesce(due_at, opened_at) as due from discrepancies where status = 'open') listed
  `.execute(db);
  const { open = 0n, due = 0n, d2 = 0n, d8 = 0n, d31 = 0n, oldest = null } = rows[0] ?? {};
  return {
    counts: {
      "not due": Number(open - due),
      "0-1": Number(due - d2),
      "2-7": Number(d2 - d8),
      "8-30": Number(d8 - d31),
      "over 30": Number(d31),
    },
    oldestDueAt: oldest,
  };
}

export interface LastRun {
  readonly provider: string;
  readonly status: string;
  readonly finishedAt: Instant;
}

/** When reconciliations of each provider last ended, by how they did. */
export async function lastRuns(db: Kysely<Database>): Promise<LastRun[]> {
  const { rows } = await sql<LastRun>`
    select provider, status, max(finished_at) as "finishedAt" from reconciliations
    where finished_at is not null group by provider, status
  `.execute(db);
  return rows;
}
