import type { Charge } from "../../domain/charge/charge.ts";
import { reducedBeforeSettlement } from "../../domain/charge/fold.ts";
import { waterfallOf } from "../../domain/charge/waterfall.ts";
import type { Amount } from "../../domain/money.ts";
import {
  type ChargeFilter,
  type ChargeSum,
  chargesApart,
  sumCharges,
} from "../../store/charges/read/charges.ts";
import type { Services } from "../services.ts";

/** What leads from what was sold to what was asked for, and from there to what was collected. */
export const summedParts = {
  grandTotal: ["credit_applied", "credit_issued", "credit_notes_applied", "debt_brought_forward"],
  collected: [
    "in_drafts",
    "still_to_be_paid",
    "uncollectible",
    "called_off",
    "taken_off",
    "paid_outside",
    "overpaid",
    "collected_unstated",
    "of_unseen",
  ],
} as const;
export type SummedPart = (typeof summedParts)[keyof typeof summedParts][number];

export interface ChargeSumWithParts extends ChargeSum {
  /** As each changes the sum: what is taken off is negative. `null`: too many charges have some. */
  readonly parts: Readonly<Record<SummedPart, Amount>> | null;
  /** What a sum is more than what leads to it: 0 where they add up. */
  readonly gaps: Readonly<Record<keyof typeof summedParts, Amount>>;
}

/** Charges that are read one by one at most. */
const mostApart = 5_000;

/** The sums of a filter, with what makes each of the one before; of those charges alone that have more than credit between them. */
export async function sumsWithParts(
  { store: { read: db } }: Pick<Services, "store">,
  filter: ChargeFilter,
): Promise<ChargeSumWithParts[]> {
  const [sums, apart] = await Promise.all([sumCharges(db, filter), chargesApart(db, filter, mostApart)]);
  const known = apart && Map.groupBy(apart, ({ currency }) => currency);
  return sums.map((sum) => {
    const own = known && partsOf(sum, known.get(sum.currency) ?? []);
    return {
      ...sum,
      parts: own,
      gaps: {
        grandTotal: sum.grandTotal - sum.total - (own === null ? 0n : together(own, "grandTotal")),
        collected: sum.collected - sum.grandTotal - (own === null ? 0n : together(own, "collected")),
      },
    };
  });
}

const together = (parts: Readonly<Record<SummedPart, Amount>>, of: keyof typeof summedParts): Amount =>
  summedParts[of].reduce((all, name) => all + parts[name], 0n);

function partsOf(
  { creditApplied, creditIssued }: ChargeSum,
  apart: readonly Charge[],
): Record<SummedPart, Amount> {
  const names = [...summedParts.grandTotal, ...summedParts.collected];
  const parts = Object.fromEntries(names.map((name) => [name, 0n])) as Record<SummedPart, Amount>;
  parts.credit_applied = -creditApplied;
  parts.credit_issued = creditIssued;
  for (const charge of apart) {
    const [, asked, paid] = waterfallOf({
      ...charge,
      paidOutside: charge.linked?.paidOutside ?? 0n,
      reducedBeforeSettlement: reducedBeforeSettlement(charge),
    });
    for (const { name, amount } of asked?.parts ?? [])
      if (name === "credit_notes_applied" || name === "debt_brought_forward") parts[name] += amount ?? 0n;
    if (charge.status === "unseen") {
      parts.of_unseen += charge.collected ?? 0n;
      continue;
    }
    if (charge.collected === null) {
      parts.collected_unstated -= charge.grandTotal ?? 0n;
      continue;
    }
    for (const { name, amount } of paid?.parts ?? []) {
      const part = partIn(name, charge);
      if (part !== null) parts[part] += amount ?? 0n;
    }
  }
  return parts;
}

function partIn(name: string, { status }: Charge): SummedPart | null {
  switch (name) {
    case "reduced_before_settlement":
      return status === "void" ? "called_off" : "taken_off";
    case "paid_outside":
    case "overpaid":
      return name;
    case "outstanding":
      return status === "draft"
        ? "in_drafts"
        : status === "uncollectible"
          ? "uncollectible"
          : "still_to_be_paid";
    default:
      return null;
  }
}
