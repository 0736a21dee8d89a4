import { inboxAndCharges } from "./inbox-and-charges.ts";
import { ledgerAndWallets } from "./ledger-and-wallets.ts";
import { people } from "./people.ts";
import { policiesAndOutbox } from "./policies-and-outbox.ts";
import { reconciling } from "./reconciling.ts";
import { spending } from "./spending.ts";

/**
 * One step of the schema. Its statements are written once for both engines: `integer` is 64 bits wide, `bytes` is a blob
 * or bytea, `key_text` is text compared byte by byte, `row_no` at the end of an index is the row's number (which each index of
 * SQLite ends with by itself), and what stands after the closing bracket is SQLite's.
 */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** The schema as it was first released: what is referred to stands before what refers to it. */
const baseline: Migration = {
  name: "0001-baseline",
  statements: [
    ...inboxAndCharges,
    ...ledgerAndWallets,
    ...policiesAndOutbox,
    ...spending,
    ...reconciling,
    ...people,
  ],
};

/** Every migration, in the order they are applied. One that was released is never changed. */
export const migrations: readonly Migration[] = [baseline];
