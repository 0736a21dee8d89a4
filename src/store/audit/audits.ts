import { randomUUID } from "node:crypto";
import type { AuditVerdict } from "../../domain/audit.ts";
import type { Instant } from "../../domain/time.ts";
import { toFlag } from "../engine/columns.ts";
import type { Engine } from "../engine/engine.ts";
import { inTransaction, retrying } from "../engine/transaction.ts";

/** Books that are wrong from end to end need no list of all that is. */
const mostProblems = 1_000;

/** Keeps what an audit said. */
export async function keepAudit(
  engine: Engine,
  { ok, complete, checked, problems }: AuditVerdict,
  { begunAt, endedAt }: { readonly begunAt: Instant; readonly endedAt: Instant },
): Promise<void> {
  const id = `aud_${randomUUID().replaceAll("-", "")}`;
  await retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      const nextNumber = await engine.reserveNumbers(trx, 1);
      await trx
        .insertInto("audits")
        .values({
          no: nextNumber(),
          id,
          begun_at: begunAt,
          ended_at: endedAt,
          ok: toFlag(ok),
          complete: toFlag(complete),
          checked: JSON.stringify(checked),
          problem_count: BigInt(problems.length),
          problems: JSON.stringify(problems.slice(0, mostProblems)),
        })
        .execute();
    }),
  );
}
