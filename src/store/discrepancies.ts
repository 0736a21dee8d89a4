import type { Discrepancy } from "../domain/books.ts";
import type { Numbers } from "./loaded.ts";
import type { DiscrepancyRow } from "./schema.ts";
import { ascending, insertRows, type Session } from "./statements.ts";

/** A discrepancy raised again is the same one, with what is said now. */
const putDiscrepancies = insertRows("discrepancies", { key: "id", keep: ["no"] });

export async function saveDiscrepancies(
  session: Session,
  numbers: Numbers,
  discrepancies: Iterable<Discrepancy>,
): Promise<void> {
  const rows = [...discrepancies].map((discrepancy) => discrepancyRow(discrepancy, numbers));
  await putDiscrepancies(
    session,
    rows.sort((a, b) => ascending(a.id, b.id)),
  );
}

function discrepancyRow(discrepancy: Discrepancy, numbers: Numbers): DiscrepancyRow {
  return {
    no: numbers.of(discrepancy.id),
    id: discrepancy.id,
    kind: discrepancy.kind,
    status: discrepancy.status,
    provider: discrepancy.provider,
    account: discrepancy.account,
    charge_no: numbers.ofNullable(discrepancy.chargeId),
    event_no: numbers.ofNullable(discrepancy.eventId),
    detail: JSON.stringify(discrepancy.detail),
    hash: discrepancy.hash,
    at: discrepancy.at,
  };
}
