import { type RawBuilder, sql } from "kysely";

/** Charges that have this invoice number, in whatever case it is typed: in the words of the index. */
export const hasInvoiceNumber = (typed: string): RawBuilder<boolean> =>
  sql<boolean>`(charges.invoice_number is not null and lower(charges.invoice_number) = lower(${typed}))`;
