import { compareStamps, type MovementFact, type MovementKind, type MovementStatus } from "../facts/facts.ts";
import { type ChargeId, movementId, type ObjectKey } from "../ids.ts";
import type { Movement } from "./movement.ts";

/** A rejected request and an undone movement are both final; nothing follows them. */
const ranks: Record<MovementStatus, number> = {
  pending: 0,
  approved: 1,
  succeeded: 1,
  reversed: 2,
  rejected: 2,
  failed: 2,
  canceled: 2,
};

/** A movement whose tax may not be stated: then it follows from its document. */
export type UntaxedMovement = Omit<Movement, "subtotal" | "tax"> & Pick<MovementFact, "subtotal" | "tax">;

/** The movements of one charge, in the order of their refs: each the merge of its own facts. */
export function foldMovements(
  key: ObjectKey,
  chargeId: ChargeId,
  facts: readonly MovementFact[],
): UntaxedMovement[] {
  const byRef = Map.groupBy(facts, (fact) => fact.ref);
  return [...byRef.keys()]
    .sort()
    .map((ref) => foldMovement(key, chargeId, byRef.get(ref) as readonly MovementFact[]));
}

function foldMovement(key: ObjectKey, chargeId: ChargeId, facts: readonly MovementFact[]): UntaxedMovement {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
  );
  const latest = ordered.at(-1) as MovementFact;
  const known = <Field extends keyof MovementFact>(field: Field) =>
    ordered.findLast((fact) => fact[field] !== null)?.[field] ?? latest[field];
  return {
    id: movementId({ ...key, ref: latest.linked?.part ?? latest.ref }),
    chargeId,
    ref: latest.ref,
    kind: latest.movement,
    status: latest.status,
    effective: isEffective(latest.movement, latest.status),
    warning: latest.warning,
    toCustomerBalance: known("toCustomerBalance"),
    currency: latest.currency,
    amount: latest.amount,
    subtotal: latest.subtotal,
    tax: latest.tax,
    fee: known("fee"),
    earnings: known("earnings"),
    payout: known("payout"),
    lines: latest.lines,
    customerRef: known("customerRef"),
    reason: known("reason"),
    linked: known("linked"),
    ...timesOf(latest, ordered),
  };
}

/**
 * A movement dates from the fact that brought it into effect: being told as `reversed` moves it no more. One that was
 * undone keeps that date, and has another.
 */
function timesOf(
  latest: MovementFact,
  ordered: readonly MovementFact[],
): Pick<Movement, "occurredAt" | "undoneAt"> {
  const inEffect = (fact: MovementFact) => isEffective(fact.movement, fact.status);
  const became = ordered.find(inEffect)?.stamp.occurredAt;
  const now = (ordered.find((fact) => fact.status === latest.status) ?? latest).stamp.occurredAt;
  if (became === undefined) return { occurredAt: now, undoneAt: null };
  return { occurredAt: became, undoneAt: inEffect(latest) ? null : now };
}

/**
 * Whether money or credit has moved. Paddle tells an undone chargeback or credit twice, as status `reversed` and as a
 * movement of its own: only the latter counts, so the former leaves the effect standing. A refund has no such twin.
 * Source: Paddle's adjustment statuses; credits count from their creation (recorded ones are spent while still pending).
 */
function isEffective(kind: MovementKind, status: MovementStatus): boolean {
  switch (kind) {
    case "refund":
      return status === "approved" || status === "succeeded";
    case "credit":
      return status !== "rejected" && status !== "failed" && status !== "canceled";
    case "dispute":
    case "refund_reversal":
    case "dispute_reversal":
    case "credit_reversal":
      return status === "approved" || status === "reversed" || status === "succeeded";
    default:
      return kind satisfies never;
  }
}
