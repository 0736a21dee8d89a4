import { type Amount, clamp, minimum } from "../money.ts";

/** A part of what a charge tops up, by what its lots have in common. */
export interface LotPlan {
  readonly priority: number;
  readonly expiresAfterDays: number | null;
  readonly amount: Amount;
}

/** What the lots of one plan have in common. */
export const termsOf = ({ priority, expiresAfterDays }: Omit<LotPlan, "amount">): string =>
  `${priority} ${expiresAfterDays}`;

/** Makes plans sum to `target`: negative ones vanish, then the last ones are cut. */
export function cutTo(target: Amount, plans: readonly LotPlan[]): LotPlan[] {
  let left = target;
  return plans.flatMap((plan) => {
    const amount = clamp(plan.amount, 0n, left);
    left -= amount;
    return amount === 0n ? [] : [{ ...plan, amount }];
  });
}

/** The plans less the first `amount` of them. */
export function withoutFirst(amount: Amount, plans: readonly LotPlan[]): LotPlan[] {
  let left = amount;
  return plans.flatMap((plan) => {
    const dropped = minimum(left, plan.amount);
    left -= dropped;
    return dropped === plan.amount ? [] : [{ ...plan, amount: plan.amount - dropped }];
  });
}

/** What is planned on top of the lots that this charge already has, each of its own priority and expiry; `amount` in all. */
export function growth(plans: readonly LotPlan[], sold: readonly LotPlan[], amount: Amount): LotPlan[] {
  const had = new Map<string, Amount>();
  for (const plan of sold) had.set(termsOf(plan), (had.get(termsOf(plan)) ?? 0n) + plan.amount);
  const grown = plans.map((plan) => {
    const left = had.get(termsOf(plan)) ?? 0n;
    const already = minimum(left, plan.amount);
    had.set(termsOf(plan), left - already);
    return { ...plan, amount: plan.amount - already };
  });
  return cutTo(amount, grown);
}
