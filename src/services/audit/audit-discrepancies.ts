import type { Problem } from "../../domain/audit.ts";
import type { Numbers } from "../../store/read/audit.ts";
import { miscorrectedDiscrepancies, untoldDiscrepancies } from "../../store/read/audit-discrepancies.ts";
import type { Services } from "../services.ts";

/** Whether each discrepancy is what its history says, and what was posted for it is what stands. */
export async function auditDiscrepancies({ store }: Services, stretch: Numbers): Promise<Problem[]> {
  const untold = await untoldDiscrepancies(store.read, stretch);
  const miscorrected = await miscorrectedDiscrepancies(store.read, stretch);
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
  ];
}
