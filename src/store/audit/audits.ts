import { randomUUID } from "node:crypto";
import type { AuditVerdict } from "../../domain/audit.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { insertNouns } from "../engine/statements.ts";
import { inTransaction, retrying } from "../engine/transaction.ts";
import { Numbers } from "../loaded.ts";
import { auditNoun } from "./nouns/audit.ts";

/** Books that are wrong from end to end need no list of all that is. */
const mostProblems = 1_000;

const insertAudits = insertNouns("audits", auditNoun);

/** Keeps what an audit said. */
export async function keepAudit(
  engine: Engine,
  { ok, complete, checked, problems }: AuditVerdict,
  { begunAt, endedAt }: { readonly begunAt: Instant; readonly endedAt: Instant },
): Promise<void> {
  const id = `aud_${randomUUID().replaceAll("-", "")}`;
  const kept = { ok, complete, checked, problems: problems.slice(0, mostProblems) };
  await retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      const numbers = new Numbers();
      numbers.set(id, (await engine.reserveNumbers(trx, 1))());
      const audit = { ...kept, id, begunAt, endedAt, problemCount: problems.length };
      await insertAudits({ engine, trx }, numbers, [audit]);
    }),
  );
}
