import type { Migration } from "./migration.ts";

/** Rows of a provider's balance that settle no charge, and its balance when the books began, are kept with the payouts. */
export const providerRows: Migration = {
  name: "0009-provider-rows",
  statements: [
    "alter table payouts add column kind text not null default 'payout'",
    "alter table payouts add column terms text not null default '{}'",
    "alter table payouts add column discrepancies text not null default '{}'",
    "update payouts set kind = 'customer_cash' where customer_ref is not null",
    "create index payouts_sent on payouts (kind, no) where kind = 'payout'",
  ],
};
