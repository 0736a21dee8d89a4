import { type ChargeFact, compareStamps } from "../facts/facts.ts";
import type { BalanceFact, BalanceRow } from "../facts/linked-facts.ts";
import { minimum, sum } from "../money.ts";

/** The rows that facts tell on their own, each as it was last told, in the order of their refs. */
export function rowsAbout(facts: readonly ChargeFact[], isOwn: (fact: BalanceFact) => boolean): BalanceRow[] {
  const latest = new Map<string, BalanceFact>();
  const own = facts.filter((fact): fact is BalanceFact => fact.kind === "balance_row" && isOwn(fact));
  for (const fact of own.toSorted((a, b) => compareStamps(a.stamp, b.stamp))) latest.set(fact.ref, fact);
  return [...latest.values()].map(({ row }) => row).sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** Rows as one, of when the first of them was made; those of another currency than the first have no sum with it. */
export function sumOf(rows: readonly BalanceRow[]): BalanceRow | null {
  const [first] = rows;
  if (first === undefined) return null;
  const alike = rows.filter((row) => row.currency === first.currency);
  const times = alike.flatMap(({ createdAt }) => createdAt ?? []);
  return {
    ...first,
    ref: alike.map((row) => row.ref).join("+"),
    gross: sum(alike.map((row) => row.gross)),
    fee: sum(alike.map((row) => row.fee)),
    net: sum(alike.map((row) => row.net)),
    ...(alike.some((row) => row.withheldTax !== undefined) && {
      withheldTax: sum(alike.map((row) => row.withheldTax ?? 0n)),
    }),
    createdAt: times.length === 0 ? null : times.reduce(minimum),
  };
}

/** Whether a row takes back what a payment brought. */
export const isUndoing = ({ category, gross }: BalanceRow): boolean => category === "failure" && gross < 0n;

/** Whether a row of a refund brings back what that took: one that does not say what it is says it by its sign. */
export const isReturning = ({ gross }: BalanceRow): boolean => gross > 0n;
