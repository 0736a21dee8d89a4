import type { Charge } from "../charge/charge.ts";
import type { Finding } from "../charge/finding.ts";
import type { ChargeId } from "../ids.ts";
import { type Amount, sum } from "../money.ts";
import type { Instant } from "../time.ts";

/**
 * How one charge changed what a customer owns at the provider, and what the provider says was there before: an invoice
 * states the balance it began with. Amounts are the customer's: credit is positive, debt negative.
 */
export interface BalanceStep {
  readonly chargeId: ChargeId;
  /** By the provider's clock. */
  readonly at: Instant;
  readonly change: Amount;
  /** `null` where nothing is stated: of credit notes, of what was overpaid, and where what is stated cannot be true. */
  readonly ownedBefore: Amount | null;
}

/** The steps of a charge; none where documents do not state the customer's balance. */
export function balanceSteps(charge: Charge): BalanceStep[] {
  const { linked, status } = charge;
  if (linked === null || charge.customerRef === null) return [];
  const step = (at: Instant, change: Amount, ownedBefore: Amount | null = null): BalanceStep => ({
    chargeId: charge.id,
    at,
    change,
    ownedBefore,
  });
  const { startingBalance: starting, endingBalance: ending, overpaidToBalance: overpaid } = linked;
  const { unstatedCredit: unstated } = linked;
  const counts = status !== "draft" && status !== "void" && starting !== null && ending !== null;
  const notes = charge.movements.filter(({ kind, effective }) => effective && kind === "credit");
  return [
    ...(counts
      ? [
          step(
            charge.billedAt ?? charge.statusChangedAt,
            starting - ending - unstated,
            unstated === 0n ? -starting : null,
          ),
        ]
      : []),
    ...(overpaid === 0n ? [] : [step(charge.paidAt ?? charge.statusChangedAt, overpaid)]),
    ...notes.map((note) => step(note.occurredAt, note.amount)),
  ];
}

/** In the order of their time, whatever the order they became known in. */
export function inOrder(steps: readonly BalanceStep[]): BalanceStep[] {
  return steps.toSorted(
    (a, b) => compare(a.at, b.at) || compare(a.chargeId, b.chargeId) || compare(a.change, b.change),
  );
}

function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * What the latest invoice says was there must be what all earlier steps left: if not, somebody changed the balance, or we
 * have not heard of what did. The provider's clock has whole seconds: steps of that very second may have come before.
 */
export function balanceFinding(steps: readonly BalanceStep[], currency: string): Finding | null {
  const latest = steps.findLast(({ ownedBefore }) => ownedBefore !== null);
  if (latest === undefined || latest.ownedBefore === null) return null;
  const before = sum(steps.filter(({ at }) => at < latest.at).map(({ change }) => change));
  const meanwhile = steps.filter((step) => step.at === latest.at && step !== latest);
  const left = [before, before + sum(meanwhile.map(({ change }) => change))];
  if (left.includes(latest.ownedBefore)) return null;
  return {
    kind: "customer_credit_differs",
    detail: { provider_says: latest.ownedBefore.toString(), we_say: before.toString(), currency },
  };
}
