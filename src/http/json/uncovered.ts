import type { Uncovered } from "../../services/spending/report-uncovered.ts";
import { amount } from "./values.ts";

export function uncoveredJson({ owner, currency, kind, meter, count, uncovered }: Uncovered) {
  return { owner, currency, kind, meter, count, uncovered: amount(uncovered) };
}
