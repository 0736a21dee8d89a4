import type { RolledForward, RollForwardOptions } from "../../services/export/rollforward.ts";
import { amount, time } from "./values.ts";

export function rollForwardJson(options: RollForwardOptions, rolled: readonly RolledForward[]) {
  return {
    month: options.month.name,
    zone: options.month.zone,
    from: time(options.month.from),
    to: time(options.month.to),
    ties: rolled.every(({ ties }) => ties),
    data: rolled.map(rolledJson),
  };
}

/** One line of the file for each line of the report, with the opening before and the closing after them. */
export function rollForwardLines({ month }: RollForwardOptions, rolled: readonly RolledForward[]) {
  return rolled.flatMap((one) => {
    const { opening, lines, closing, ties: _, ...of } = rolledJson(one);
    const named = { month: month.name, zone: month.zone, ...of };
    return Object.entries({ opening, ...lines, closing }).map(([line, value]) => ({
      ...named,
      line,
      amount: value,
    }));
  });
}

function rolledJson({
  of,
  clock,
  provider,
  account,
  currency,
  opening,
  lines,
  closing,
  ties,
}: RolledForward) {
  const moved = Object.entries(lines).map(([line, value]) => [line, amount(value)] as const);
  return {
    of,
    clock,
    provider,
    account,
    currency,
    opening: amount(opening),
    lines: Object.fromEntries(moved),
    closing: amount(closing),
    ties,
  };
}
