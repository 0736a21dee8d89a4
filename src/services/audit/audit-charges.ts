import type { AuditProblem } from "../../domain/audit.ts";
import type { ChargeRecord } from "../../domain/books.ts";
import { pinTo } from "../../domain/policy/pin.ts";
import { assignedCharges } from "../../store/audit/read/assigned.ts";
import { lotsOfCharges } from "../../store/audit/read/charges.ts";
import type { NumberRange } from "../../store/engine/read/page.ts";
import type { Moment } from "./moments.ts";

/** Whose a charge is by a person's word is what the trail says: nothing else knows it. */
export async function assignmentProblems({ read }: Moment, stretch: NumberRange): Promise<AuditProblem[]> {
  const assigned = await assignedCharges(read, stretch);
  return assigned
    .filter((charge) => charge.assigned !== charge.told)
    .map(({ id, told }) => ({
      kind: "assignment_differs",
      subject: id,
      detail: told === null ? "nobody gave it to whom it is said to be" : `the trail gives it to ${told}`,
    }));
}

/**
 * A charge's lot has the priority of one of its lines' rules, under the version it was pinned to when the lot was opened:
 * which one that was is not kept, so any stored one will do. What comes back without a lot to go to has none, 0.
 */
export async function lotProblems(
  { read, policies }: Moment,
  records: readonly ChargeRecord[],
  stretch: NumberRange,
): Promise<AuditProblem[]> {
  const lots = await lotsOfCharges(read, stretch);
  const charges = new Map(records.map((record) => [record.id, record]));
  const priorities = ({ charge, pin }: ChargeRecord): ReadonlySet<number> => {
    const stored = policies.versions().map((version) => policies.version(version));
    const pins = charge === null ? [] : stored.map((policy) => pinTo(policy, charge));
    const rules = [...(pin === null ? [] : [pin]), ...pins].flatMap((pinned) => Object.values(pinned.rules));
    return new Set([0, ...rules.map((rule) => rule.priority)]);
  };
  return lots
    .filter(({ charge, priority }) => {
      const record = charges.get(charge);
      return record !== undefined && !priorities(record).has(priority);
    })
    .map(({ id, priority }) => ({
      kind: "lot_differs",
      subject: id,
      detail: `no rule gives what its charge sold the priority ${priority}`,
    }));
}
