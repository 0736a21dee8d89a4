import type { AuditProblem, AuditVerdict } from "../../../domain/audit.ts";
import type { Instant } from "../../../domain/time.ts";
import { asJson, count, flag, ownNumber, text, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

/** What an audit said, when a server was asked for it. */
export interface KeptAudit extends AuditVerdict {
  readonly id: string;
  readonly begunAt: Instant;
  readonly endedAt: Instant;
  /** Of which the first are kept. */
  readonly problemCount: number;
}

export const auditNoun = described<KeptAudit>()(
  "KeptAudit",
  "What an audit said, when a server was asked for it.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: text,
    begunAt: time,
    endedAt: time,
    ok: flag,
    complete: flag.about("Whether everything could be decided."),
    checked: asJson<Readonly<Record<string, number>>>().untold,
    problemCount: count,
    problems: asJson<readonly AuditProblem[]>().untold,
  }),
);
