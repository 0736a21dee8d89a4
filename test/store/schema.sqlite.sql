CREATE TABLE account_days (
    account_no integer not null references accounts (no),
    clock text not null check (clock in ('effective', 'posted')),
    day integer not null,
    amount integer not null,
    postings integer not null check (postings > 0),
    primary key (account_no, clock, day)
  ) strict, without rowid;

CREATE TABLE account_days_mark (
    one integer primary key check (one = 1),
    up_to integer not null
  ) strict;

CREATE TABLE accounts (
    no integer primary key,
    path text not null,
    currency text not null,
    rolled_up text not null,
    unique (path, currency)
  ) strict;

CREATE INDEX accounts_by_roll_up on accounts (rolled_up, currency, path);

CREATE TABLE actions (
    no integer primary key,
    id text not null unique,
    at integer not null,
    kind text not null check (kind in ('person', 'key', 'command', 'library')),
    name text not null,
    role text,
    action text not null,
    subject text,
    reason text,
    before text,
    after text,
    request_id text,
    form_id text,
    address text
  ) strict;

CREATE UNIQUE INDEX actions_by_form on actions (form_id, action, subject) where form_id is not null;

CREATE INDEX actions_by_name on actions (name, no);

CREATE INDEX actions_by_request on actions (request_id, no) where request_id is not null;

CREATE INDEX actions_by_subject on actions (subject, no) where subject is not null;

CREATE INDEX actions_by_time on actions (at);

CREATE INDEX actions_refused on actions (at) where action in ('session.refuse', 'form.refuse');

CREATE INDEX actions_with_address on actions (at) where address is not null;

CREATE TABLE audits (
    no integer primary key,
    id text not null unique,
    begun_at integer not null,
    ended_at integer not null,
    ok integer not null,
    complete integer not null,
    checked text not null,
    problem_count integer not null,
    problems text not null
  ) strict;

CREATE TABLE charges (
    no integer primary key,
    id text not null unique,
    provider text not null,
    account text not null,
    ref text not null,
    dossier_no integer,
    merged_into_no integer,
    unless_invoiced integer not null,
    provider_sells integer not null,
    kind text not null,
    status text not null,
    reversal text not null,
    currency text not null,
    total integer,
    credit_applied integer,
    credit_issued integer,
    grand_total integer,
    collected integer,
    refunded integer not null,
    disputed integer not null,
    customer_ref text,
    subscription_ref text,
    invoice_number text,
    created_at integer,
    billed_at integer,
    said_paid_at integer,
    status_changed_at integer not null,
    told_in_parts integer not null,
    rest text not null,
    policy_version integer,
    owner text,
    owner_version integer,
    assigned_owner text,
    wallet_id text,
    pinned_rules text,
    settled_at integer,
    topped_up integer not null,
    taken_back integer not null,
    debited integer not null,
    fact_count integer not null,
    entry_count integer not null,
    discrepancies text not null
  ) strict;

CREATE INDEX charges_by_customer on charges (customer_ref, no);

CREATE INDEX charges_by_dossier on charges (dossier_no) where dossier_no is not null;

CREATE INDEX charges_by_invoice on charges (lower(invoice_number)) where invoice_number is not null;

CREATE INDEX charges_by_owner on charges (owner, no);

CREATE INDEX charges_by_subscription on charges (subscription_ref, no) where subscription_ref is not null;

CREATE INDEX charges_by_time on charges (coalesce(settled_at, status_changed_at), no);

CREATE INDEX charges_not_paid on charges (status, no) where status <> 'paid';

CREATE INDEX charges_not_pinned on charges (no) where owner_version is not null;

CREATE INDEX charges_of_nobody on charges (no) where owner is null and customer_ref is null;

CREATE TABLE claims (
    name text primary key,
    ref text not null,
    noun text not null,
    of_ref text,
    heard integer not null
  ) strict, without rowid;

CREATE TABLE credit_memos (
    no integer primary key,
    credit_id text not null,
    charge_no integer not null references charges (no),
    issued integer not null,
    applied integer not null,
    posted_at integer not null
  ) strict;

CREATE INDEX credit_memos_of_credit on credit_memos (credit_id);

CREATE TABLE customer_credits (
    id text primary key,
    provider text not null,
    account text not null,
    customer_ref text not null,
    currency text not null,
    issued integer not null,
    applied integer not null,
    steps text not null,
    opening text
  ) strict, without rowid;

CREATE TABLE customers (
    id text primary key,
    provider text not null,
    account text not null,
    customer_ref text not null,
    owner text not null,
    linked_at integer not null
  ) strict, without rowid;

CREATE TABLE discrepancies (
    no integer primary key,
    id text not null unique,
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
    row_key text,
    differences text not null,
    row_at integer,
    due_at integer,
    resolution text,
    opened_at integer not null,
    correction_no integer references entries (no),
    assignee text
  ) strict;

CREATE INDEX discrepancies_by_charge on discrepancies (charge_no) where charge_no is not null;

CREATE INDEX discrepancies_by_due on discrepancies (coalesce(due_at, opened_at), no);

CREATE INDEX discrepancies_by_row on discrepancies (level, provider, account, row_key)
    where level is not null;

CREATE INDEX discrepancies_corrected on discrepancies (no) where correction_no is not null;

CREATE INDEX discrepancies_open on discrepancies (no) where status = 'open';

CREATE TABLE discrepancy_changes (
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
  ) strict, without rowid;

CREATE TABLE dossier_names (
    name text primary key,
    dossier_no integer not null references charges (no)
  ) strict, without rowid;

CREATE INDEX dossier_names_by_dossier on dossier_names (dossier_no);

CREATE TABLE entries (
    no integer primary key,
    id text not null,
    kind text not null,
    ordinal integer not null,
    charge_no integer references charges (no),
    wallet_no integer references wallets (no),
    payout_no integer references payouts (no),
    event_no integer references events (no),
    effective_at integer not null,
    posted_at integer not null,
    reason text
  ) strict;

CREATE UNIQUE INDEX entries_by_charge on entries (charge_no, coalesce(wallet_no, 0), ordinal)
    where charge_no is not null;

CREATE INDEX entries_by_effective_at on entries (effective_at);

CREATE INDEX entries_by_hand on entries (id) where event_no is null;

CREATE UNIQUE INDEX entries_by_payout on entries (payout_no, ordinal) where payout_no is not null;

CREATE INDEX entries_by_posted_at on entries (posted_at);

CREATE TABLE events (
    no integer primary key,
    id text not null unique,
    provider text not null,
    account text not null,
    provider_event_id text not null,
    type text not null,
    api_version text,
    other_versions text not null,
    origin text not null,
    body blob not null,
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
  ) strict;

CREATE INDEX events_open on events (outcome, retry_at, dismissed_at)
    where outcome in ('waiting', 'failed', 'parked');

CREATE INDEX events_without_key on events (provider, no)
    where outcome = 'parked' and substr(reason, 1, 11) = 'thin_event:';

CREATE TABLE facts (
    subject_no integer not null,
    event_no integer not null references events (no),
    position integer not null,
    superseded integer not null,
    kind text not null,
    body text not null,
    contested text,
    heard integer not null,
    primary key (subject_no, superseded, event_no, position)
  ) strict;

CREATE INDEX facts_by_event on facts (event_no);

CREATE INDEX facts_of_balance_rows on facts (cast(body ->> '$[5][0]' as text), cast(body ->> '$[5][1]' as text), cast(body ->> '$[5][2]' as text), cast(body ->> '$[5][3]' as text),
    cast(body ->> '$[5][4]' as text), cast(body ->> '$[5][6]' as text), subject_no, heard, kind) where kind = 'balance_row';

CREATE INDEX facts_of_disputes on facts (subject_no) where kind = 'dispute';

CREATE TABLE holds (
    wallet_no integer not null references wallets (no),
    ordinal integer not null,
    id text not null unique,
    amount integer not null check (amount >= 0),
    meter text,
    quantity text,
    member text,
    status text not null check (status in ('open', 'settled', 'released', 'expired')),
    settled integer not null check (settled >= 0),
    released integer not null check (released >= 0),
    late integer not null,
    created_at integer not null,
    expires_at integer not null,
    closed_at integer,
    primary key (wallet_no, ordinal),
    check (settled + released <= amount),
    check ((status = 'open') = (closed_at is null))
  ) strict, without rowid;

CREATE INDEX holds_due on holds (expires_at) where status = 'open';

CREATE TABLE idempotency_keys (
    id text primary key,
    request text not null,
    result text not null,
    created_at integer not null
  ) strict, without rowid;

CREATE INDEX idempotency_keys_by_age on idempotency_keys (created_at);

CREATE TABLE installation (
    name text primary key,
    secret blob not null
  ) strict, without rowid;

CREATE TABLE leases (
    name text primary key,
    token integer not null,
    expires_at integer not null
  ) strict, without rowid;

CREATE TABLE limit_amounts (
    wallet_no integer not null,
    ordinal integer not null,
    position integer not null,
    amount integer not null check (amount >= 0),
    set_at integer not null,
    primary key (wallet_no, ordinal, position),
    foreign key (wallet_no, ordinal) references limits (wallet_no, ordinal)
  ) strict, without rowid;

CREATE TABLE limit_counts (
    wallet_no integer not null,
    ordinal integer not null,
    period_at integer not null,
    counted integer not null check (counted >= 0),
    primary key (wallet_no, ordinal, period_at),
    foreign key (wallet_no, ordinal) references limits (wallet_no, ordinal)
  ) strict, without rowid;

CREATE TABLE limits (
    wallet_no integer not null references wallets (no),
    ordinal integer not null,
    id text not null,
    meter text,
    member text,
    period text not null check (period in ('day', 'month', 'total')),
    zone text not null,
    amount integer not null check (amount >= 0),
    starts_at integer not null,
    settings integer not null,
    set_at integer not null,
    ended_at integer,
    primary key (wallet_no, ordinal)
  ) strict, without rowid;

CREATE UNIQUE INDEX limits_in_force on limits (id) where ended_at is null;

CREATE TABLE lot_moves (
    wallet_no integer not null,
    seq integer not null,
    position integer not null,
    lot_ordinal integer not null,
    remaining integer not null,
    expired integer not null,
    expires_at integer,
    primary key (wallet_no, seq, position),
    foreign key (wallet_no, seq) references wallet_lines (wallet_no, seq),
    foreign key (wallet_no, lot_ordinal) references lots (wallet_no, ordinal)
  ) strict, without rowid;

CREATE TABLE lots (
    wallet_no integer not null references wallets (no),
    ordinal integer not null,
    id text not null,
    opened_by integer not null,
    kind text not null,
    charge_no integer references charges (no),
    amount integer not null,
    remaining integer not null check (remaining >= 0),
    expired integer not null check (expired >= 0),
    priority integer not null,
    expires_at integer,
    primary key (wallet_no, ordinal),
    check (remaining + expired <= amount)
  ) strict, without rowid;

CREATE INDEX lots_by_charge on lots (charge_no) where charge_no is not null;

CREATE INDEX lots_with_value on lots (wallet_no) where remaining > 0;

CREATE TABLE migrations (name text primary key, applied_at integer not null) strict;

CREATE TABLE movements (
    no integer primary key,
    id text not null unique,
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
  ) strict;

CREATE INDEX movements_by_charge on movements (charge_no);

CREATE INDEX movements_by_ref on movements (ref);

CREATE INDEX movements_by_time on movements (occurred_at, no);

CREATE INDEX movements_pending on movements (no) where status = 'pending';

CREATE TABLE numbers (next integer not null) strict;

CREATE TABLE outbox (
    no integer primary key,
    id text not null,
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
  ) strict;

CREATE INDEX outbox_dead on outbox (no) where status = 'dead';

CREATE INDEX outbox_of_no_wallet on outbox (next_at) where status = 'pending' and wallet_no is null;

CREATE INDEX outbox_of_wallets on outbox (wallet_no, no) where status = 'pending' and wallet_no is not null;

CREATE TABLE payouts (
    no integer primary key,
    id text not null unique,
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
  ) strict;

CREATE INDEX payouts_sent on payouts (kind, no) where kind = 'payout';

CREATE TABLE policies (
    version integer primary key,
    hash text not null unique,
    body text not null,
    in_force_no integer not null unique,
    created_at integer not null
  ) strict;

CREATE TABLE postings (
    entry_no integer not null references entries (no),
    account_no integer not null references accounts (no),
    amount integer not null check (amount <> 0),
    primary key (entry_no, account_no)
  ) strict, without rowid;

CREATE INDEX postings_by_account on postings (account_no, entry_no);

CREATE TABLE reconciliation_matches (
    run_no integer not null,
    key text not null,
    statement_no integer not null,
    line integer not null,
    subject_no integer not null,
    due_at integer not null,
    primary key (run_no, key)
  ) strict, without rowid;

CREATE TABLE reconciliation_rows (
    run_no integer not null references reconciliations (no),
    key text not null,
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
  ) strict, without rowid;

CREATE INDEX reconciliation_rows_about on reconciliation_rows (subject)
    where discrepancy_no is not null;

CREATE UNIQUE INDEX reconciliation_rows_claims on reconciliation_rows (run_no, statement_no, line)
    where statement_no is not null;

CREATE INDEX reconciliation_rows_of_discrepancy on reconciliation_rows (discrepancy_no)
    where discrepancy_no is not null;

CREATE INDEX reconciliation_rows_unmatched on reconciliation_rows (run_no, class, key)
    where class <> 'matched';

CREATE TABLE reconciliations (
    no integer primary key,
    id text not null unique,
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
  ) strict;

CREATE INDEX reconciliations_by_level on reconciliations (provider, account, level, window_to);

CREATE INDEX reconciliations_running on reconciliations (no) where status = 'running';

CREATE TABLE refused_deliveries (
    provider text not null,
    code text not null,
    secrets text not null,
    count integer not null,
    first_at integer not null,
    last_at integer not null,
    primary key (provider, code)
  ) strict, without rowid;

CREATE TABLE renderings (
    event_no integer not null references events (no),
    api_version text not null,
    body blob not null,
    received_at integer not null,
    primary key (event_no, api_version)
  ) strict, without rowid;

CREATE TABLE rolled_up_days (
    clock text not null check (clock in ('effective', 'posted')),
    path text not null,
    currency text not null,
    day integer not null,
    amount integer not null,
    postings integer not null check (postings > 0),
    primary key (clock, path, currency, day)
  ) strict, without rowid;

CREATE TABLE sellers (
    name text primary key,
    provider text not null,
    account text not null,
    ref text not null,
    told_at integer not null,
    rounds integer not null
  ) strict, without rowid;

CREATE INDEX sellers_due on sellers (rounds, told_at) where rounds < 2;

CREATE TABLE sessions (
    id_hash text primary key,
    name text not null,
    role text not null,
    line_digest text not null,
    made_at integer not null,
    seen_at integer not null,
    ends_at integer not null
  ) strict, without rowid;

CREATE INDEX sessions_by_end on sessions (ends_at);

CREATE TABLE sign_in_attempts (
    id text primary key,
    name text not null,
    address text not null,
    at integer not null
  ) strict, without rowid;

CREATE INDEX sign_in_attempts_by_address on sign_in_attempts (address, at);

CREATE INDEX sign_in_attempts_by_name on sign_in_attempts (name, at);

CREATE INDEX sign_in_attempts_by_time on sign_in_attempts (at);

CREATE TABLE statement_rows (
    statement_no integer not null references statements (no),
    line integer not null,
    status text not null check (status in ('included', 'excluded', 'error')),
    reason text,
    key text,
    kind text,
    category text,
    object_ref text,
    payout_ref text,
    customer_ref text,
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
  ) strict, without rowid;

CREATE INDEX statement_rows_by_key on statement_rows (key, statement_no);

CREATE INDEX statement_rows_by_payout on statement_rows (payout_ref, key) where payout_ref is not null;

CREATE INDEX statement_rows_by_time on statement_rows (statement_no, at);

CREATE INDEX statement_rows_not_included on statement_rows (statement_no, status, line) where status <> 'included';

CREATE TABLE statements (
    no integer primary key,
    id text not null unique,
    provider text not null,
    account text not null,
    format text not null,
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
  ) strict;

CREATE INDEX statements_by_source on statements (provider, account, format, no);

CREATE TABLE tallies (
    no integer primary key,
    wallet_no integer not null references wallets (no),
    meter text,
    price text,
    seq integer,
    balance_before integer not null check (balance_before >= 0),
    applied_at integer not null,
    foreign key (wallet_no, seq) references wallet_lines (wallet_no, seq),
    check ((meter is null) = (price is null))
  ) strict;

CREATE INDEX tallies_by_line on tallies (wallet_no, seq);

CREATE TABLE told_states (
    name text primary key,
    state text not null,
    at integer not null
  ) strict, without rowid;

CREATE TABLE uncovered_moves (
    wallet_no integer not null,
    seq integer not null,
    position integer not null,
    charge_no integer not null references charges (no),
    account text not null,
    amount integer not null check (amount <> 0),
    primary key (wallet_no, seq, position),
    foreign key (wallet_no, seq) references wallet_lines (wallet_no, seq)
  ) strict, without rowid;

CREATE INDEX uncovered_moves_by_charge on uncovered_moves (charge_no);

CREATE TABLE usage (
    no integer primary key,
    id text not null unique,
    tally_no integer not null references tallies (no),
    quantity text,
    member text,
    cost text not null,
    covered integer not null check (covered >= 0),
    uncovered integer not null check (uncovered >= 0),
    limited integer not null check (limited between 0 and uncovered),
    limit_id text,
    drawn_before integer not null check (drawn_before >= 0),
    occurred_at integer,
    rounding_unit integer not null,
    reversed_at integer,
    reversed_wallet_no integer,
    reversed_seq integer,
    reversal_reason text,
    covered_back integer not null default 0 check (covered_back between 0 and covered),
    uncovered_back integer not null default 0 check (uncovered_back between 0 and uncovered),
    check ((limit_id is null) = (limited = 0)),
    check ((reversed_wallet_no is null) = (reversed_seq is null))
  ) strict;

CREATE INDEX usage_by_reversal on usage (reversed_wallet_no, reversed_seq) where reversed_seq is not null;

CREATE INDEX usage_by_tally on usage (tally_no);

CREATE TABLE wallet_lines (
    wallet_no integer not null references wallets (no),
    seq integer not null,
    kind text not null,
    amount integer not null,
    balance_after integer not null check (balance_after >= 0),
    requested integer not null,
    covered integer not null,
    uncovered integer not null,
    charge_no integer references charges (no),
    entry_no integer not null references entries (no),
    event_no integer references events (no),
    reason text,
    reverses integer,
    effective_at integer not null,
    posted_at integer not null,
    primary key (wallet_no, seq),
    check (requested = covered + uncovered)
  ) strict, without rowid;

CREATE INDEX wallet_lines_by_charge on wallet_lines (charge_no) where charge_no is not null;

CREATE UNIQUE INDEX wallet_lines_reversed on wallet_lines (wallet_no, reverses)
    where reverses is not null;

CREATE INDEX wallet_lines_uncovered on wallet_lines (posted_at) where uncovered > 0;

CREATE TABLE wallets (
    no integer primary key,
    id text not null unique,
    owner text not null,
    currency text not null,
    paid integer not null check (paid >= 0),
    promo integer not null check (promo >= 0),
    balance integer not null check (balance >= 0),
    held integer not null check (held >= 0),
    recovery integer not null check (recovery >= 0),
    pending text not null,
    seq integer not null,
    lot_count integer not null,
    hold_count integer not null,
    limit_count integer not null,
    next_expiry_at integer,
    unique (owner, currency),
    check (balance = paid + promo)
  ) strict;

CREATE INDEX wallets_due on wallets (next_expiry_at) where next_expiry_at is not null;

CREATE TABLE watermarks (
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
  ) strict, without rowid;
