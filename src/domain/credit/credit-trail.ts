import type { Charge } from "../charge/charge.ts";
import { direction } from "../charge/movement.ts";
import { creditSpent } from "../charge/waterfall.ts";
import type { ChargeId, MovementId } from "../ids.ts";
import { type Amount, minimum, sum } from "../money.ts";
import { compareInstants, type Instant } from "../time.ts";

/** How one document or movement changed what a provider holds for a customer: given is positive, spent negative. */
export interface CreditStep {
  readonly chargeId: ChargeId;
  /** `null`: the document itself. */
  readonly movementId: MovementId | null;
  /** By the provider's clock. */
  readonly at: Instant;
  readonly change: Amount;
}

/** What a charge gave and spent, and when; a function of the charge alone. */
export function creditSteps(charge: Charge): CreditStep[] {
  const { id: chargeId, status, creditIssued, linked } = charge;
  const at = charge.billedAt ?? charge.paidAt ?? charge.statusChangedAt;
  const isStated = status !== "draft" && status !== "void";
  const own = isStated
    ? [creditIssued ?? 0n, -(creditSpent(charge) ?? 0n), linked?.overpaidToBalance ?? 0n]
    : [];
  const movements = charge.movements.filter(
    ({ kind, effective, toCustomerBalance }) =>
      effective && toCustomerBalance !== false && (kind === "credit" || kind === "credit_reversal"),
  );
  return [
    ...own.map((change) => ({ chargeId, movementId: null, at, change })),
    ...movements.map(({ id, kind, amount, occurredAt }) => ({
      chargeId,
      movementId: id,
      at: occurredAt,
      change: direction(kind) * amount,
    })),
  ].filter(({ change }) => change !== 0n);
}

export interface CreditSource {
  readonly step: CreditStep;
  /** What of it was spent on the charge that is asked about. */
  readonly used: Amount;
}

export interface CreditTrail {
  readonly applied: Amount;
  readonly sources: readonly CreditSource[];
  /** What nothing that we have heard of had given by then. */
  readonly unexplained: Amount;
}

/**
 * Where the credit spent on a charge came from. A provider holds one sum for a customer and says of no part of it where it came
 * from: what was given first is taken to be spent first.
 */
export function creditTrail(steps: readonly CreditStep[], of: ChargeId): CreditTrail {
  const given: { step: CreditStep; left: Amount }[] = [];
  const sources = new Map<CreditStep, Amount>();
  let unexplained = 0n;
  for (const step of steps.toSorted(inOrder)) {
    if (step.change > 0n) {
      given.push({ step, left: step.change });
      continue;
    }
    let rest = -step.change;
    for (const one of given) {
      const used = minimum(one.left, rest);
      if (used === 0n) continue;
      one.left -= used;
      rest -= used;
      if (step.chargeId === of) sources.set(one.step, (sources.get(one.step) ?? 0n) + used);
    }
    if (step.chargeId === of) unexplained += rest;
  }
  const found = [...sources].map(([step, used]) => ({ step, used }));
  return { applied: sum(found.map(({ used }) => used)) + unexplained, sources: found, unexplained };
}

/** At one moment what is given comes first: it is spent by the document that the same change of plan made. */
function inOrder(a: CreditStep, b: CreditStep): number {
  if (a.at !== b.at) return compareInstants(a.at, b.at);
  if (a.change > 0n !== b.change > 0n) return a.change > 0n ? -1 : 1;
  return a.chargeId < b.chargeId ? -1 : Number(a.chargeId > b.chargeId);
}
