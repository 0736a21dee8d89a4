/**
 * One step of the schema. Its statements are written once for both engines: `integer` is 64 bits wide, `bytes` is a blob
 * or bytea, `key_text` is text compared byte by byte, `row_no` at the end of an index is the row's number (which each index of
 * SQLite ends with by itself), and what stands after the closing bracket is SQLite's.
 */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}
