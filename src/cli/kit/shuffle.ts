import { hash } from "node:crypto";

/** The items in an order that a seed decides: the same on every machine. */
export function shuffled<Item>(items: readonly Item[], seed: string): Item[] {
  const rank = new Map(items.map((item, index) => [item, hash("sha256", `${seed} ${index}`, "hex")]));
  return [...items].sort((a, b) => ((rank.get(a) ?? "") < (rank.get(b) ?? "") ? -1 : 1));
}
