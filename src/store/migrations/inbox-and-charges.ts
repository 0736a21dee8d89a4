export const inboxAndCharges: readonly string[] = [
  `create table events (
    no integer primary key,
    id key_text not null unique,
    provider text not null,
    account text not null,
    provider_event_id text not null,
    type text not null,
    api_version text,
    other_versions text not null,
    origin text not null,
    body bytes not null,
    occurred_at integer,
    received_at integer not null,
    applied_at integer,
    outcome text not null,
    reason text,
    attempts integer not null,
    retry_at integer,
    dismissed_at integer,
    dismissed_reason text,
    check (dismissed_at is null or outcome in ('parked', 'failed')),
    check (id = provider || ':' || account || ':' || provider_event_id)
  ) strict`,
  `create index events_open on events (outcome, retry_at, dismissed_at)
    where outcome in ('waiting', 'failed', 'parked')`,
  // Looked for twice a second by whoever has a key.
  `create index events_without_key on events (provider, no)
    where outcome = 'parked' and substr(reason, 1, 11) = 'thin_event:'`,

  `create table renderings (
    event_no integer not null references events (no),
    api_version key_text not null,
    body bytes not null,
    received_at integer not null,
    primary key (event_no, api_version)
  ) strict, without rowid`,

  `create table charges (
    no integer primary key,
    id key_text not null unique,
    provider key_text not null,
    account key_text not null,
    ref key_text not null,
    dossier_no integer,
    merged_into_no integer,
    unless_invoiced integer not null,
    provider_sells integer not null,
    kind text not null,
    status key_text not null,
    reversal text not null,
    currency text not null,
    total integer,
    credit_applied integer,
    credit_issued integer,
    grand_total integer,
    collected integer,
    refunded integer not null,
    disputed integer not null,
    customer_ref key_text,
    subscription_ref text,
    invoice_number text,
    created_at integer,
    billed_at integer,
    said_paid_at integer,
    status_changed_at integer not null,
    told_in_parts integer not null,
    rest text not null,
    policy_version integer,
    owner key_text,
    owner_version integer,
    assigned_owner key_text,
    wallet_id text,
    pinned_rules text,
    settled_at integer,
    topped_up integer not null,
    taken_back integer not null,
    debited integer not null,
    fact_count integer not null,
    entry_count integer not null,
    discrepancies text not null
  ) strict`,
  "create index charges_by_owner on charges (owner, no)",
  "create index charges_not_pinned on charges (no) where owner_version is not null",
  "create index charges_by_customer on charges (customer_ref, no)",
  "create index charges_by_dossier on charges (dossier_no) where dossier_no is not null",
  // Nearly all charges are paid, and a list of them needs no index; those that are not are looked for.
  "create index charges_not_paid on charges (status, no) where status <> 'paid'",
  // Finance asks by period, and with what a customer has in hand.
  "create index charges_by_time on charges (coalesce(settled_at, status_changed_at), no)",
  // People type them in whatever case.
  "create index charges_by_invoice on charges (lower(invoice_number)) where invoice_number is not null",
  "create index charges_by_subscription on charges (subscription_ref, no) where subscription_ref is not null",
  "create index charges_of_nobody on charges (no) where owner is null and customer_ref is null",

  `create table payouts (
    no integer primary key,
    id key_text not null unique,
    provider text not null,
    account text not null,
    ref text not null,
    customer_ref text,
    status text not null,
    amount integer not null,
    currency text not null,
    remittance_ref text,
    status_changed_at integer not null,
    entry_count integer not null,
    kind text not null,
    terms text not null,
    discrepancies text not null
  ) strict`,
  "create index payouts_sent on payouts (kind, no) where kind = 'payout'",

  `create table dossier_names (
    name key_text primary key,
    dossier_no integer not null references charges (no)
  ) strict, without rowid`,
  "create index dossier_names_by_dossier on dossier_names (dossier_no)",

  `create table claims (
    name key_text primary key,
    ref text not null,
    noun text not null,
    of_ref text,
    heard integer not null
  ) strict, without rowid`,

  `create table sellers (
    name key_text primary key,
    provider text not null,
    account text not null,
    ref text not null,
    told_at integer not null,
    rounds integer not null
  ) strict, without rowid`,
  "create index sellers_due on sellers (rounds, told_at) where rounds < 2",

  // With a rowid: a table without one puts what a row has beyond a kilobyte on a page of its own, and most facts are longer.
  `create table facts (
    subject_no integer not null,
    event_no integer not null references events (no),
    position integer not null,
    superseded integer not null,
    kind text not null,
    body text not null,
    contested text,
    heard integer not null,
    primary key (subject_no, superseded, event_no, position)
  ) strict`,
  "create index facts_by_event on facts (event_no)",
  // What a balance row comes to, so that a reconciliation finds those that agree without reading a fact.
  `create index facts_of_balance_rows on facts (row_word(ref), row_word(currency), row_word(gross), row_word(fee),
    row_word(net), row_word(createdAt), subject_no, heard, kind) where kind = 'balance_row'`,
  "create index facts_of_disputes on facts (subject_no) where kind = 'dispute'",

  `create table movements (
    no integer primary key,
    id key_text not null unique,
    charge_no integer not null references charges (no),
    ref text not null,
    kind text not null,
    status text not null,
    effective integer not null,
    warning integer not null,
    to_customer_balance integer,
    currency text not null,
    amount integer not null,
    occurred_at integer not null,
    rest text not null
  ) strict`,
  "create index movements_by_charge on movements (charge_no)",
  "create index movements_by_time on movements (occurred_at, no)",
  "create index movements_by_ref on movements (ref)",
  "create index movements_pending on movements (no) where status = 'pending'",
];
