import { flag, list, object, text, told } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { AuditReport } from "../audit/audit.ts";

const problem = answer<AuditReport["problems"][number]>()(
  "AuditProblem",
  "What differs from what it was derived from.",
  () => ({
    kind: text.about("A stable code."),
    subject: text.about("The id of what it is about."),
    detail: text,
  }),
);

export const auditAnswer = answer<AuditReport>()("Audit", "The verdict of the audit.", () => ({
  ok: flag,
  complete: flag.about("Whether everything could be decided."),
  checked: told<Readonly<Record<string, number>>>({
    type: "object",
    additionalProperties: { type: "integer" },
    description: "How many rows of each kind were derived anew.",
  }),
  problems: list(object(problem)),
}));
