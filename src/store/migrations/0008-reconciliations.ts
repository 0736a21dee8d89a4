import type { Migration } from "./migration.ts";

export const reconciliations: Migration = {
  name: "0008-reconciliations",
  statements: [
    // Of those that a reconciliation found: the row that shows it. `correction_no` is the entry a person posted, while it stands.
    "alter table discrepancies add column level text",
    "alter table discrepancies add column row_key key_text",
    "alter table discrepancies add column differences text not null default '[]'",
    "alter table discrepancies add column row_at integer",
    "alter table discrepancies add column due_at integer",
    "alter table discrepancies add column resolution text",
    "alter table discrepancies add column opened_at integer not null default 0",
    "update discrepancies set opened_at = at",
    "alter table discrepancies add column correction_no integer references entries (no)",
    `create index discrepancies_by_row on discrepancies (level, provider, account, row_key)
      where level is not null`,
    // What was told last of what turns: whether an account agrees, whether it still delivers.
    `create table told_states (
      name key_text primary key,
      state text not null,
      at integer not null
    ) strict, without rowid`,
    // Who looks into it.
    "alter table discrepancies add column assignee text",
    "create index discrepancies_by_due on discrepancies (coalesce(due_at, opened_at), no)",
    "create index discrepancies_corrected on discrepancies (no) where correction_no is not null",

    // Who or what did what to a discrepancy, and when. Never changed.
    `create table discrepancy_changes (
      discrepancy_no integer not null references discrepancies (no),
      ordinal integer not null,
      action text not null,
      at integer not null,
      actor text,
      event_no integer references events (no),
      run_no integer references reconciliations (no),
      resolution text,
      reason text,
      entry_no integer references entries (no),
      detail text not null,
      hash text not null,
      primary key (discrepancy_no, ordinal)
    ) strict, without rowid`,

    `create table reconciliations (
      no integer primary key,
      id key_text not null unique,
      provider text not null,
      account text not null,
      level text not null,
      window_from integer not null,
      window_to integer not null,
      zone text not null,
      currency text,
      payout_ref text,
      statement_ids text not null,
      status text not null check (status in ('running', 'matched', 'discrepancies', 'incomplete')),
      missing text not null,
      counts text not null,
      totals text not null,
      requested_by text not null,
      started_at integer not null,
      finished_at integer
    ) strict`,
    "create index reconciliations_running on reconciliations (no) where status = 'running'",
    "create index reconciliations_by_level on reconciliations (provider, account, level, window_to)",

    // Within a run each key stands once, and a statement row is claimed at most once.
    `create table reconciliation_rows (
      run_no integer not null references reconciliations (no),
      key key_text not null,
      class text not null,
      kind text,
      statement_no integer,
      line integer,
      subject text,
      left_currency text,
      left_amount integer,
      right_currency text,
      right_amount integer,
      detail text not null,
      at integer,
      due_at integer,
      discrepancy_no integer references discrepancies (no),
      primary key (run_no, key)
    ) strict, without rowid`,
    `create unique index reconciliation_rows_claims on reconciliation_rows (run_no, statement_no, line)
      where statement_no is not null`,
    // Rows that agree, found by the database alone: what they say is what the statement row says, which never changes.
    `create table reconciliation_matches (
      run_no integer not null,
      key key_text not null,
      statement_no integer not null,
      line integer not null,
      subject_no integer not null,
      due_at integer not null,
      primary key (run_no, key)
    ) strict, without rowid`,
    `create index reconciliation_rows_unmatched on reconciliation_rows (run_no, class, key)
      where class <> 'matched'`,
    `create index reconciliation_rows_of_discrepancy on reconciliation_rows (discrepancy_no)
      where discrepancy_no is not null`,
    `create index reconciliation_rows_about on reconciliation_rows (subject)
      where discrepancy_no is not null`,
  ],
};
