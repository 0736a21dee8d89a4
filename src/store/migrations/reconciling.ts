export const reconciling: readonly string[] = [
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
    problem text,
    primary key (provider, account, kind)
  ) strict, without rowid`,

  // How many deliveries were refused, and under which secrets: a keyed hash of them. Written at most so often, whoever sends.
  `create table refused_deliveries (
    provider key_text not null,
    code key_text not null,
    secrets text not null,
    count integer not null,
    first_at integer not null,
    last_at integer not null,
    primary key (provider, code)
  ) strict, without rowid`,

  `create table leases (
    name key_text primary key,
    token integer not null,
    expires_at integer not null
  ) strict, without rowid`,

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
    dismissed_at integer,
    dismissed_reason text,
    check (dismissed_at is null or status in ('refused', 'incomplete')),
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

  // What was told last of what turns: whether an account agrees, whether it still delivers.
  `create table told_states (
    name key_text primary key,
    state text not null,
    at integer not null
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
];
