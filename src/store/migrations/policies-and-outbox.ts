export const policiesAndOutbox: readonly string[] = [
  `create table customers (
    id key_text primary key,
    provider text not null,
    account text not null,
    customer_ref text not null,
    owner key_text not null,
    linked_at integer not null
  ) strict, without rowid`,

  `create table customer_credits (
    id key_text primary key,
    provider text not null,
    account text not null,
    customer_ref text not null,
    currency text not null,
    issued integer not null,
    applied integer not null,
    steps text not null,
    opening key_text
  ) strict, without rowid`,

  `create table credit_memos (
    no integer primary key,
    credit_id key_text not null,
    charge_no integer not null references charges (no),
    issued integer not null,
    applied integer not null,
    posted_at integer not null
  ) strict`,
  "create index credit_memos_of_credit on credit_memos (credit_id)",

  `create table policies (
    version integer primary key,
    hash key_text not null unique,
    body text not null,
    in_force_no integer not null unique,
    created_at integer not null
  ) strict`,

  // Of those that a reconciliation found: the row that shows it. `correction_no` is the entry a person posted, while it stands;
  // `assignee` is who looks into it.
  `create table discrepancies (
    no integer primary key,
    id key_text not null unique,
    kind text not null,
    status text not null,
    provider text not null,
    account text not null,
    charge_no integer references charges (no),
    event_no integer references events (no),
    detail text not null,
    hash text not null,
    at integer not null,
    level text,
    row_key key_text,
    differences text not null,
    row_at integer,
    due_at integer,
    resolution text,
    opened_at integer not null,
    correction_no integer references entries (no),
    assignee text
  ) strict`,
  "create index discrepancies_open on discrepancies (no) where status = 'open'",
  "create index discrepancies_by_charge on discrepancies (charge_no) where charge_no is not null",
  `create index discrepancies_by_row on discrepancies (level, provider, account, row_key)
    where level is not null`,
  "create index discrepancies_by_due on discrepancies (coalesce(due_at, opened_at), no)",
  "create index discrepancies_corrected on discrepancies (no) where correction_no is not null",

  `create table outbox (
    no integer primary key,
    id key_text not null,
    type text not null,
    wallet_no integer references wallets (no),
    from_seq integer,
    seq integer,
    charge_no integer references charges (no),
    data text not null,
    status text not null check (status in ('pending', 'delivered', 'dead')),
    attempts integer not null,
    next_at integer not null,
    first_tried_at integer,
    on_its_way integer not null,
    last_error text,
    created_at integer not null
  ) strict`,
  // What is next of each wallet; of messages without a wallet, what is due; and what a person looks for.
  `create index outbox_of_wallets on outbox (wallet_no, no) where status = 'pending' and wallet_no is not null`,
  `create index outbox_of_no_wallet on outbox (next_at) where status = 'pending' and wallet_no is null`,
  `create index outbox_dead on outbox (no) where status = 'dead'`,

  `create table idempotency_keys (
    id key_text primary key,
    request text not null,
    result text not null,
    created_at integer not null
  ) strict, without rowid`,
  "create index idempotency_keys_by_age on idempotency_keys (created_at)",
];
