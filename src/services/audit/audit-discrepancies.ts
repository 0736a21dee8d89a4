import type { AuditProblem } from "../../domain/audit.ts";
import { discrepancyId } from "../../domain/ids.ts";
import {
  discrepanciesOfCharges,
  miscorrectedDiscrepancies,
  untoldDiscrepancies,
} from "../../store/audit/read/discrepancies.ts";
import type { NumberRange } from "../../store/engine/read/page.ts";
import type { Moment } from "./moments.ts";

/** Whether each discrepancy is what its history says and its charge holds, and what was posted for it is what stands. */
export async function auditDiscrepancies({ read }: Moment, stretch: NumberRange): Promise<AuditProblem[]> {
  const untold = await untoldDiscrepancies(read, stretch);
  const miscorrected = await miscorrectedDiscrepancies(read, stretch);
  return [
    ...untold.map(({ id, kind }) => ({
      kind: "discrepancy_differs",
      subject: id,
      detail: `${kind} is not what its history says`,
    })),
    ...miscorrected.map(({ id }) => ({
      kind: "correction_differs",
      subject: id,
      detail: "what was posted for it is not the entry that stands",
    })),
    ...(await discrepanciesOfCharges(read, stretch)).flatMap(listingProblems),
  ];
}

type Listed = Awaited<ReturnType<typeof discrepanciesOfCharges>>[number];

/** What is listed as open must be open of its charge, and what was disagreed on must be what the hash is of. */
function listingProblems({ id, kind, status, hash, detail, charge, held }: Listed): AuditProblem[] {
  const problem = (detail: string) => ({ kind: "discrepancy_differs", subject: charge, detail });
  const isAltered = hash !== detail;
  const isOpen = status === "open" && id === discrepancyId(kind, charge);
  const isHeld = isOpen && (JSON.parse(held) as Readonly<Record<string, string>>)[kind] !== undefined;
  return [
    ...(isAltered ? [problem(`${kind} is listed with other sides than it had`)] : []),
    ...(isOpen && !isHeld ? [problem(`${kind} is listed as open, but is not`)] : []),
  ];
}
