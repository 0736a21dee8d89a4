/** Truth values are stored as 0 and 1: SQLite has none of its own. */
export const toFlag = (value: boolean): bigint => (value ? 1n : 0n);
export const fromFlag = (flag: bigint): boolean => flag === 1n;
export const toNullableFlag = (value: boolean | null): bigint | null =>
  value === null ? null : toFlag(value);
export const fromNullableFlag = (flag: bigint | null): boolean | null =>
  flag === null ? null : fromFlag(flag);
