import type { Migration } from "./migration.ts";

export const watermarks: Migration = {
  name: "0006-watermarks",
  statements: [
    // Half-open windows of a provider's clock. A listing that was broken off goes on after its last page.
    `create table watermarks (
      provider text not null,
      account text not null,
      kind text not null,
      covered_from integer,
      covered_to integer,
      listing_from integer,
      listing_to integer,
      listing_after text,
      primary key (provider, account, kind)
    ) strict, without rowid`,

    `create table leases (
      name key_text primary key,
      token integer not null,
      expires_at integer not null
    ) strict, without rowid`,
  ],
};
