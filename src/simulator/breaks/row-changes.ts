import type { Json } from "../../testing/written.ts";
import type { StatedRow } from "../restatement.ts";

/** Amounts that Paddle writes as digits, each changed by so much; what is not there stays so. */
export function addDigits<Row extends StatedRow>(row: Row, names: readonly string[], amount: bigint): Row {
  return changed(row, names, (value) => (BigInt(String(value)) + amount).toString());
}

/** Amounts that Stripe writes as numbers. */
export function addNumbers<Row extends StatedRow>(row: Row, names: readonly string[], amount: bigint): Row {
  return changed(row, names, (value) => Number(value) + Number(amount));
}

function changed<Row extends StatedRow>(
  row: Row,
  names: readonly string[],
  change: (value: Json) => Json,
): Row {
  const values = names.flatMap((name) => {
    const value = row[name] ?? null;
    return value === null ? [] : [[name, change(value)] as const];
  });
  return { ...row, ...Object.fromEntries(values) };
}

/** The first item of a list changed, the others as they are. */
export function withFirst(list: Json | undefined, change: (row: StatedRow) => StatedRow): Json {
  const [first, ...rest] = list as readonly StatedRow[];
  return first === undefined ? [] : [change(first), ...rest];
}

export const hidden = (): readonly StatedRow[] => [];
