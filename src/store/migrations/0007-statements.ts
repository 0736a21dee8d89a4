import type { Migration } from "./migration.ts";

export const statements: Migration = {
  name: "0007-statements",
  statements: [
    `create table statements (
      no integer primary key,
      id key_text not null unique,
      provider key_text not null,
      account key_text not null,
      format key_text not null,
      origin text not null check (origin in ('import', 'list')),
      status text not null check (status in ('running', 'complete', 'incomplete', 'refused')),
      problem text,
      warnings text not null,
      covered_from integer,
      covered_to integer,
      rows_included integer not null,
      rows_excluded integer not null,
      rows_in_error integer not null,
      rows_new integer not null,
      created_at integer not null,
      finished_at integer,
      check (rows_new between 0 and rows_included),
      check ((status = 'running') = (finished_at is null))
    ) strict`,
    "create index statements_by_source on statements (provider, account, format, no)",

    // Of a row in error, whatever could be read; every other one is whole.
    `create table statement_rows (
      statement_no integer not null references statements (no),
      line integer not null,
      status key_text not null check (status in ('included', 'excluded', 'error')),
      reason text,
      key key_text,
      kind text,
      category text,
      object_ref key_text,
      payout_ref key_text,
      customer_ref key_text,
      state text,
      at integer,
      currency text,
      gross integer,
      fee integer,
      tax integer,
      net integer,
      primary key (statement_no, line),
      check ((status = 'included') = (reason is null)),
      check (status = 'error' or (key is not null and kind is not null and category is not null and currency is not null))
    ) strict, without rowid`,
    "create index statement_rows_by_key on statement_rows (key, statement_no)",
    "create index statement_rows_by_payout on statement_rows (payout_ref, key) where payout_ref is not null",
    "create index statement_rows_by_time on statement_rows (statement_no, at)",
    "create index statement_rows_not_included on statement_rows (statement_no, status, line) where status <> 'included'",
  ],
};
