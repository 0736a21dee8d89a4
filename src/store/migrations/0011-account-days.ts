import type { Migration } from "./migration.ts";

/** What the journal comes to, day by day: made of its entries some time after they are posted, and derived anew by the audit. */
export const accountDays: Migration = {
  name: "0011-account-days",
  statements: [
    // Of each account, what was posted to it on one day of UTC by each of the two clocks, and by how many postings.
    `create table account_days (
      account_no integer not null references accounts (no),
      clock key_text not null check (clock in ('effective', 'posted')),
      day integer not null,
      amount integer not null,
      postings integer not null check (postings > 0),
      primary key (account_no, clock, day)
    ) strict, without rowid`,

    // The same of all accounts together that stand for one object of a kind each.
    `create table rolled_up_days (
      clock key_text not null check (clock in ('effective', 'posted')),
      path key_text not null,
      currency key_text not null,
      day integer not null,
      amount integer not null,
      postings integer not null check (postings > 0),
      primary key (clock, path, currency, day)
    ) strict, without rowid`,

    // Up to which entry they have all there are.
    `create table account_days_mark (
      one integer primary key check (one = 1),
      up_to integer not null
    ) strict`,
    "insert into account_days_mark (one, up_to) values (1, 0)",

    // The edges of a stretch of time that is not of whole days, and a place within one moment, which a million entries may bear.
    "create index entries_by_effective_at on entries (effective_at, row_no)",
    "create index entries_by_posted_at on entries (posted_at, row_no)",
    "create index accounts_by_roll_up on accounts (rolled_up, currency, path)",
  ],
};
