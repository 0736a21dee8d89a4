create table account_days (
  account_no bigint not null,
  clock text collate "C" not null,
  day bigint not null,
  amount bigint not null,
  postings bigint not null
);

alter table account_days add constraint account_days_clock_check CHECK ((clock = ANY (ARRAY['effective'::text, 'posted'::text])));

alter table account_days add constraint account_days_pkey PRIMARY KEY (account_no, clock, day);

alter table account_days add constraint account_days_postings_check CHECK ((postings > 0));

create table account_days_mark (
  one bigint not null,
  up_to bigint not null
);

alter table account_days_mark add constraint account_days_mark_one_check CHECK ((one = 1));

alter table account_days_mark add constraint account_days_mark_pkey PRIMARY KEY (one);

create table accounts (
  no bigint not null,
  path text collate "C" not null,
  currency text collate "C" not null,
  rolled_up text collate "C" not null
);

alter table accounts add constraint accounts_path_currency_key UNIQUE (path, currency);

alter table accounts add constraint accounts_pkey PRIMARY KEY (no);

CREATE INDEX accounts_by_roll_up ON public.accounts USING btree (rolled_up, currency, path);

create table actions (
  no bigint not null,
  id text collate "C" not null,
  at bigint not null,
  kind text not null,
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
);

alter table actions add constraint actions_id_key UNIQUE (id);

alter table actions add constraint actions_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'key'::text, 'command'::text, 'library'::text])));

alter table actions add constraint actions_pkey PRIMARY KEY (no);

CREATE UNIQUE INDEX actions_by_form ON public.actions USING btree (form_id, action, subject) WHERE (form_id IS NOT NULL);

CREATE INDEX actions_by_name ON public.actions USING btree (name, no);

CREATE INDEX actions_by_request ON public.actions USING btree (request_id, no) WHERE (request_id IS NOT NULL);

CREATE INDEX actions_by_subject ON public.actions USING btree (subject, no) WHERE (subject IS NOT NULL);

CREATE INDEX actions_by_time ON public.actions USING btree (at);

CREATE INDEX actions_refused ON public.actions USING btree (at) WHERE (action = ANY (ARRAY['session.refuse'::text, 'form.refuse'::text]));

CREATE INDEX actions_with_address ON public.actions USING btree (at) WHERE (address IS NOT NULL);

create table audits (
  no bigint not null,
  id text collate "C" not null,
  begun_at bigint not null,
  ended_at bigint not null,
  ok bigint not null,
  complete bigint not null,
  checked text not null,
  problem_count bigint not null,
  problems text not null
);

alter table audits add constraint audits_id_key UNIQUE (id);

alter table audits add constraint audits_pkey PRIMARY KEY (no);

create table charges (
  no bigint not null,
  id text collate "C" not null,
  provider text collate "C" not null,
  account text collate "C" not null,
  ref text collate "C" not null,
  dossier_no bigint,
  merged_into_no bigint,
  unless_invoiced bigint not null,
  provider_sells bigint not null,
  kind text not null,
  status text collate "C" not null,
  reversal text not null,
  currency text not null,
  total bigint,
  credit_applied bigint,
  credit_issued bigint,
  grand_total bigint,
  collected bigint,
  refunded bigint not null,
  disputed bigint not null,
  customer_ref text collate "C",
  subscription_ref text,
  invoice_number text,
  created_at bigint,
  billed_at bigint,
  said_paid_at bigint,
  status_changed_at bigint not null,
  told_in_parts bigint not null,
  rest text not null,
  policy_version bigint,
  owner text collate "C",
  owner_version bigint,
  assigned_owner text collate "C",
  wallet_id text,
  pinned_rules text,
  settled_at bigint,
  topped_up bigint not null,
  taken_back bigint not null,
  debited bigint not null,
  fact_count bigint not null,
  entry_count bigint not null,
  discrepancies text not null
);

alter table charges add constraint charges_id_key UNIQUE (id);

alter table charges add constraint charges_pkey PRIMARY KEY (no);

CREATE INDEX charges_by_customer ON public.charges USING btree (customer_ref, no);

CREATE INDEX charges_by_dossier ON public.charges USING btree (dossier_no) WHERE (dossier_no IS NOT NULL);

CREATE INDEX charges_by_invoice ON public.charges USING btree (lower(invoice_number)) WHERE (invoice_number IS NOT NULL);

CREATE INDEX charges_by_owner ON public.charges USING btree (owner, no);

CREATE INDEX charges_by_subscription ON public.charges USING btree (subscription_ref, no) WHERE (subscription_ref IS NOT NULL);

CREATE INDEX charges_by_time ON public.charges USING btree (COALESCE(settled_at, status_changed_at), no);

CREATE INDEX charges_not_paid ON public.charges USING btree (status, no) WHERE (status <> 'paid'::text);

CREATE INDEX charges_not_pinned ON public.charges USING btree (no) WHERE (owner_version IS NOT NULL);

CREATE INDEX charges_of_nobody ON public.charges USING btree (no) WHERE ((owner IS NULL) AND (customer_ref IS NULL));

create table claims (
  name text collate "C" not null,
  ref text not null,
  noun text not null,
  of_ref text,
  heard bigint not null
);

alter table claims add constraint claims_pkey PRIMARY KEY (name);

create table credit_memos (
  no bigint not null,
  credit_id text collate "C" not null,
  charge_no bigint not null,
  issued bigint not null,
  applied bigint not null,
  posted_at bigint not null
);

alter table credit_memos add constraint credit_memos_pkey PRIMARY KEY (no);

CREATE INDEX credit_memos_of_credit ON public.credit_memos USING btree (credit_id);

create table customer_credits (
  id text collate "C" not null,
  provider text not null,
  account text not null,
  customer_ref text not null,
  currency text not null,
  issued bigint not null,
  applied bigint not null,
  steps text not null,
  opening text collate "C"
);

alter table customer_credits add constraint customer_credits_pkey PRIMARY KEY (id);

create table customers (
  id text collate "C" not null,
  provider text not null,
  account text not null,
  customer_ref text not null,
  owner text collate "C" not null,
  linked_at bigint not null
);

alter table customers add constraint customers_pkey PRIMARY KEY (id);

create table discrepancies (
  no bigint not null,
  id text collate "C" not null,
  kind text not null,
  status text not null,
  provider text not null,
  account text not null,
  charge_no bigint,
  event_no bigint,
  detail text not null,
  hash text not null,
  at bigint not null,
  level text,
  row_key text collate "C",
  differences text not null,
  row_at bigint,
  due_at bigint,
  resolution text,
  opened_at bigint not null,
  correction_no bigint,
  assignee text
);

alter table discrepancies add constraint discrepancies_id_key UNIQUE (id);

alter table discrepancies add constraint discrepancies_pkey PRIMARY KEY (no);

CREATE INDEX discrepancies_by_charge ON public.discrepancies USING btree (charge_no) WHERE (charge_no IS NOT NULL);

CREATE INDEX discrepancies_by_due ON public.discrepancies USING btree (COALESCE(due_at, opened_at), no);

CREATE INDEX discrepancies_by_row ON public.discrepancies USING btree (level, provider, account, row_key) WHERE (level IS NOT NULL);

CREATE INDEX discrepancies_corrected ON public.discrepancies USING btree (no) WHERE (correction_no IS NOT NULL);

CREATE INDEX discrepancies_open ON public.discrepancies USING btree (no) WHERE (status = 'open'::text);

create table discrepancy_changes (
  discrepancy_no bigint not null,
  ordinal bigint not null,
  action text not null,
  at bigint not null,
  actor text,
  event_no bigint,
  run_no bigint,
  resolution text,
  reason text,
  entry_no bigint,
  detail text not null,
  hash text not null
);

alter table discrepancy_changes add constraint discrepancy_changes_pkey PRIMARY KEY (discrepancy_no, ordinal);

create table dossier_names (
  name text collate "C" not null,
  dossier_no bigint not null
);

alter table dossier_names add constraint dossier_names_pkey PRIMARY KEY (name);

CREATE INDEX dossier_names_by_dossier ON public.dossier_names USING btree (dossier_no);

create table entries (
  no bigint not null,
  id text collate "C" not null,
  kind text not null,
  ordinal bigint not null,
  charge_no bigint,
  wallet_no bigint,
  payout_no bigint,
  event_no bigint,
  effective_at bigint not null,
  posted_at bigint not null,
  reason text
);

alter table entries add constraint entries_pkey PRIMARY KEY (no);

CREATE UNIQUE INDEX entries_by_charge ON public.entries USING btree (charge_no, COALESCE(wallet_no, (0)::bigint), ordinal) WHERE (charge_no IS NOT NULL);

CREATE INDEX entries_by_effective_at ON public.entries USING btree (effective_at, no);

CREATE INDEX entries_by_hand ON public.entries USING btree (id) WHERE (event_no IS NULL);

CREATE UNIQUE INDEX entries_by_payout ON public.entries USING btree (payout_no, ordinal) WHERE (payout_no IS NOT NULL);

CREATE INDEX entries_by_posted_at ON public.entries USING btree (posted_at, no);

create table events (
  no bigint not null,
  id text collate "C" not null,
  provider text not null,
  account text not null,
  provider_event_id text not null,
  type text not null,
  api_version text,
  other_versions text not null,
  origin text not null,
  body bytea not null,
  occurred_at bigint,
  received_at bigint not null,
  applied_at bigint,
  outcome text not null,
  reason text,
  attempts bigint not null,
  retry_at bigint,
  dismissed_at bigint,
  dismissed_reason text
);

alter table events add constraint events_check CHECK (((dismissed_at IS NULL) OR (outcome = ANY (ARRAY['parked'::text, 'failed'::text]))));

alter table events add constraint events_check1 CHECK ((id = ((((provider || ':'::text) || account) || ':'::text) || provider_event_id)));

alter table events add constraint events_id_key UNIQUE (id);

alter table events add constraint events_pkey PRIMARY KEY (no);

CREATE INDEX events_open ON public.events USING btree (outcome, retry_at, dismissed_at) WHERE (outcome = ANY (ARRAY['waiting'::text, 'failed'::text, 'parked'::text]));

CREATE INDEX events_without_key ON public.events USING btree (provider, no) WHERE ((outcome = 'parked'::text) AND (substr(reason, 1, 11) = 'thin_event:'::text));

create table facts (
  subject_no bigint not null,
  event_no bigint not null,
  position bigint not null,
  superseded bigint not null,
  kind text not null,
  body text not null,
  contested text,
  heard bigint not null
);

alter table facts add constraint facts_pkey PRIMARY KEY (subject_no, superseded, event_no, "position");

CREATE INDEX facts_by_event ON public.facts USING btree (event_no);

CREATE INDEX facts_of_balance_rows ON public.facts USING btree ((
CASE
    WHEN (strpos(body, '\u'::text) = 0) THEN ((body)::json #>> '{5,0}'::text[])
    ELSE NULL::text
END) COLLATE "C", (
CASE
    WHEN (strpos(body, '\u'::text) = 0) THEN ((body)::json #>> '{5,1}'::text[])
    ELSE NULL::text
END) COLLATE "C", (
CASE
    WHEN (strpos(body, '\u'::text) = 0) THEN ((body)::json #>> '{5,2}'::text[])
    ELSE NULL::text
END) COLLATE "C", (
CASE
    WHEN (strpos(body, '\u'::text) = 0) THEN ((body)::json #>> '{5,3}'::text[])
    ELSE NULL::text
END) COLLATE "C", (
CASE
    WHEN (strpos(body, '\u'::text) = 0) THEN ((body)::json #>> '{5,4}'::text[])
    ELSE NULL::text
END) COLLATE "C", (
CASE
    WHEN (strpos(body, '\u'::text) = 0) THEN ((body)::json #>> '{5,6}'::text[])
    ELSE NULL::text
END) COLLATE "C", subject_no, heard, kind) WHERE (kind = 'balance_row'::text);

CREATE INDEX facts_of_disputes ON public.facts USING btree (subject_no) WHERE (kind = 'dispute'::text);

create table holds (
  wallet_no bigint not null,
  ordinal bigint not null,
  id text collate "C" not null,
  amount bigint not null,
  meter text,
  quantity text,
  member text,
  status text not null,
  settled bigint not null,
  released bigint not null,
  late bigint not null,
  created_at bigint not null,
  expires_at bigint not null,
  closed_at bigint
);

alter table holds add constraint holds_amount_check CHECK ((amount >= 0));

alter table holds add constraint holds_check CHECK (((settled + released) <= amount));

alter table holds add constraint holds_check1 CHECK (((status = 'open'::text) = (closed_at IS NULL)));

alter table holds add constraint holds_id_key UNIQUE (id);

alter table holds add constraint holds_pkey PRIMARY KEY (wallet_no, ordinal);

alter table holds add constraint holds_released_check CHECK ((released >= 0));

alter table holds add constraint holds_settled_check CHECK ((settled >= 0));

alter table holds add constraint holds_status_check CHECK ((status = ANY (ARRAY['open'::text, 'settled'::text, 'released'::text, 'expired'::text])));

CREATE INDEX holds_due ON public.holds USING btree (expires_at) WHERE (status = 'open'::text);

create table idempotency_keys (
  id text collate "C" not null,
  request text not null,
  result text not null,
  created_at bigint not null
);

alter table idempotency_keys add constraint idempotency_keys_pkey PRIMARY KEY (id);

CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);

create table installation (
  name text not null,
  secret bytea not null
);

alter table installation add constraint installation_pkey PRIMARY KEY (name);

create table leases (
  name text collate "C" not null,
  token bigint not null,
  expires_at bigint not null
);

alter table leases add constraint leases_pkey PRIMARY KEY (name);

create table limit_amounts (
  wallet_no bigint not null,
  ordinal bigint not null,
  position bigint not null,
  amount bigint not null,
  set_at bigint not null
);

alter table limit_amounts add constraint limit_amounts_amount_check CHECK ((amount >= 0));

alter table limit_amounts add constraint limit_amounts_pkey PRIMARY KEY (wallet_no, ordinal, "position");

create table limit_counts (
  wallet_no bigint not null,
  ordinal bigint not null,
  period_at bigint not null,
  counted bigint not null
);

alter table limit_counts add constraint limit_counts_counted_check CHECK ((counted >= 0));

alter table limit_counts add constraint limit_counts_pkey PRIMARY KEY (wallet_no, ordinal, period_at);

create table limits (
  wallet_no bigint not null,
  ordinal bigint not null,
  id text collate "C" not null,
  meter text,
  member text,
  period text not null,
  zone text not null,
  amount bigint not null,
  starts_at bigint not null,
  settings bigint not null,
  set_at bigint not null,
  ended_at bigint
);

alter table limits add constraint limits_amount_check CHECK ((amount >= 0));

alter table limits add constraint limits_period_check CHECK ((period = ANY (ARRAY['day'::text, 'month'::text, 'total'::text])));

alter table limits add constraint limits_pkey PRIMARY KEY (wallet_no, ordinal);

CREATE UNIQUE INDEX limits_in_force ON public.limits USING btree (id) WHERE (ended_at IS NULL);

create table lot_moves (
  wallet_no bigint not null,
  seq bigint not null,
  position bigint not null,
  lot_ordinal bigint not null,
  remaining bigint not null,
  expired bigint not null,
  expires_at bigint
);

alter table lot_moves add constraint lot_moves_pkey PRIMARY KEY (wallet_no, seq, "position");

create table lots (
  wallet_no bigint not null,
  ordinal bigint not null,
  id text not null,
  opened_by bigint not null,
  kind text not null,
  charge_no bigint,
  amount bigint not null,
  remaining bigint not null,
  expired bigint not null,
  priority bigint not null,
  expires_at bigint
);

alter table lots add constraint lots_check CHECK (((remaining + expired) <= amount));

alter table lots add constraint lots_expired_check CHECK ((expired >= 0));

alter table lots add constraint lots_pkey PRIMARY KEY (wallet_no, ordinal);

alter table lots add constraint lots_remaining_check CHECK ((remaining >= 0));

CREATE INDEX lots_by_charge ON public.lots USING btree (charge_no) WHERE (charge_no IS NOT NULL);

CREATE INDEX lots_with_value ON public.lots USING btree (wallet_no) WHERE (remaining > 0);

create table migrations (
  name text not null,
  applied_at bigint not null
);

alter table migrations add constraint migrations_pkey PRIMARY KEY (name);

create table movements (
  no bigint not null,
  id text collate "C" not null,
  charge_no bigint not null,
  ref text not null,
  kind text not null,
  status text not null,
  effective bigint not null,
  warning bigint not null,
  to_customer_balance bigint,
  currency text not null,
  amount bigint not null,
  occurred_at bigint not null,
  rest text not null
);

alter table movements add constraint movements_id_key UNIQUE (id);

alter table movements add constraint movements_pkey PRIMARY KEY (no);

CREATE INDEX movements_by_charge ON public.movements USING btree (charge_no);

CREATE INDEX movements_by_ref ON public.movements USING btree (ref);

CREATE INDEX movements_by_time ON public.movements USING btree (occurred_at, no);

CREATE INDEX movements_pending ON public.movements USING btree (no) WHERE (status = 'pending'::text);

create sequence numbers increment by 64;

create table outbox (
  no bigint not null,
  id text collate "C" not null,
  type text not null,
  wallet_no bigint,
  from_seq bigint,
  seq bigint,
  charge_no bigint,
  data text not null,
  status text not null,
  attempts bigint not null,
  next_at bigint not null,
  first_tried_at bigint,
  on_its_way bigint not null,
  last_error text,
  created_at bigint not null
);

alter table outbox add constraint outbox_pkey PRIMARY KEY (no);

alter table outbox add constraint outbox_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'dead'::text])));

CREATE INDEX outbox_dead ON public.outbox USING btree (no) WHERE (status = 'dead'::text);

CREATE INDEX outbox_of_no_wallet ON public.outbox USING btree (next_at) WHERE ((status = 'pending'::text) AND (wallet_no IS NULL));

CREATE INDEX outbox_of_wallets ON public.outbox USING btree (wallet_no, no) WHERE ((status = 'pending'::text) AND (wallet_no IS NOT NULL));

create table payouts (
  no bigint not null,
  id text collate "C" not null,
  provider text not null,
  account text not null,
  ref text not null,
  customer_ref text,
  status text not null,
  amount bigint not null,
  currency text not null,
  remittance_ref text,
  status_changed_at bigint not null,
  entry_count bigint not null,
  kind text not null,
  terms text not null,
  discrepancies text not null
);

alter table payouts add constraint payouts_id_key UNIQUE (id);

alter table payouts add constraint payouts_pkey PRIMARY KEY (no);

CREATE INDEX payouts_sent ON public.payouts USING btree (kind, no) WHERE (kind = 'payout'::text);

create table policies (
  version bigint not null,
  hash text collate "C" not null,
  body text not null,
  in_force_no bigint not null,
  created_at bigint not null
);

alter table policies add constraint policies_hash_key UNIQUE (hash);

alter table policies add constraint policies_in_force_no_key UNIQUE (in_force_no);

alter table policies add constraint policies_pkey PRIMARY KEY (version);

create table postings (
  entry_no bigint not null,
  account_no bigint not null,
  amount bigint not null
);

alter table postings add constraint postings_amount_check CHECK ((amount <> 0));

alter table postings add constraint postings_pkey PRIMARY KEY (entry_no, account_no);

CREATE INDEX postings_by_account ON public.postings USING btree (account_no, entry_no);

create table reconciliation_matches (
  run_no bigint not null,
  key text collate "C" not null,
  statement_no bigint not null,
  line bigint not null,
  subject_no bigint not null,
  due_at bigint not null
);

alter table reconciliation_matches add constraint reconciliation_matches_pkey PRIMARY KEY (run_no, key);

create table reconciliation_rows (
  run_no bigint not null,
  key text collate "C" not null,
  class text not null,
  kind text,
  statement_no bigint,
  line bigint,
  subject text,
  left_currency text,
  left_amount bigint,
  right_currency text,
  right_amount bigint,
  detail text not null,
  at bigint,
  due_at bigint,
  discrepancy_no bigint
);

alter table reconciliation_rows add constraint reconciliation_rows_pkey PRIMARY KEY (run_no, key);

CREATE INDEX reconciliation_rows_about ON public.reconciliation_rows USING btree (subject) WHERE (discrepancy_no IS NOT NULL);

CREATE UNIQUE INDEX reconciliation_rows_claims ON public.reconciliation_rows USING btree (run_no, statement_no, line) WHERE (statement_no IS NOT NULL);

CREATE INDEX reconciliation_rows_of_discrepancy ON public.reconciliation_rows USING btree (discrepancy_no) WHERE (discrepancy_no IS NOT NULL);

CREATE INDEX reconciliation_rows_unmatched ON public.reconciliation_rows USING btree (run_no, class, key) WHERE (class <> 'matched'::text);

create table reconciliations (
  no bigint not null,
  id text collate "C" not null,
  provider text not null,
  account text not null,
  level text not null,
  window_from bigint not null,
  window_to bigint not null,
  zone text not null,
  currency text,
  payout_ref text,
  statement_ids text not null,
  status text not null,
  missing text not null,
  counts text not null,
  totals text not null,
  requested_by text not null,
  started_at bigint not null,
  finished_at bigint
);

alter table reconciliations add constraint reconciliations_id_key UNIQUE (id);

alter table reconciliations add constraint reconciliations_pkey PRIMARY KEY (no);

alter table reconciliations add constraint reconciliations_status_check CHECK ((status = ANY (ARRAY['running'::text, 'matched'::text, 'discrepancies'::text, 'incomplete'::text])));

CREATE INDEX reconciliations_by_level ON public.reconciliations USING btree (provider, account, level, window_to);

CREATE INDEX reconciliations_running ON public.reconciliations USING btree (no) WHERE (status = 'running'::text);

create table refused_deliveries (
  provider text collate "C" not null,
  code text collate "C" not null,
  secrets text not null,
  count bigint not null,
  first_at bigint not null,
  last_at bigint not null
);

alter table refused_deliveries add constraint refused_deliveries_pkey PRIMARY KEY (provider, code);

create table renderings (
  event_no bigint not null,
  api_version text collate "C" not null,
  body bytea not null,
  received_at bigint not null
);

alter table renderings add constraint renderings_pkey PRIMARY KEY (event_no, api_version);

create table rolled_up_days (
  clock text collate "C" not null,
  path text collate "C" not null,
  currency text collate "C" not null,
  day bigint not null,
  amount bigint not null,
  postings bigint not null
);

alter table rolled_up_days add constraint rolled_up_days_clock_check CHECK ((clock = ANY (ARRAY['effective'::text, 'posted'::text])));

alter table rolled_up_days add constraint rolled_up_days_pkey PRIMARY KEY (clock, path, currency, day);

alter table rolled_up_days add constraint rolled_up_days_postings_check CHECK ((postings > 0));

create table sellers (
  name text collate "C" not null,
  provider text not null,
  account text not null,
  ref text not null,
  told_at bigint not null,
  rounds bigint not null
);

alter table sellers add constraint sellers_pkey PRIMARY KEY (name);

CREATE INDEX sellers_due ON public.sellers USING btree (rounds, told_at) WHERE (rounds < 2);

create table sessions (
  id_hash text collate "C" not null,
  name text not null,
  role text not null,
  line_digest text not null,
  made_at bigint not null,
  seen_at bigint not null,
  ends_at bigint not null
);

alter table sessions add constraint sessions_pkey PRIMARY KEY (id_hash);

CREATE INDEX sessions_by_end ON public.sessions USING btree (ends_at);

create table sign_in_attempts (
  id text collate "C" not null,
  name text not null,
  address text not null,
  at bigint not null
);

alter table sign_in_attempts add constraint sign_in_attempts_pkey PRIMARY KEY (id);

CREATE INDEX sign_in_attempts_by_address ON public.sign_in_attempts USING btree (address, at);

CREATE INDEX sign_in_attempts_by_name ON public.sign_in_attempts USING btree (name, at);

CREATE INDEX sign_in_attempts_by_time ON public.sign_in_attempts USING btree (at);

create table statement_rows (
  statement_no bigint not null,
  line bigint not null,
  status text collate "C" not null,
  reason text,
  key text collate "C",
  kind text,
  category text,
  object_ref text collate "C",
  payout_ref text collate "C",
  customer_ref text collate "C",
  state text,
  at bigint,
  currency text,
  gross bigint,
  fee bigint,
  tax bigint,
  net bigint
);

alter table statement_rows add constraint statement_rows_check CHECK (((status = 'included'::text) = (reason IS NULL)));

alter table statement_rows add constraint statement_rows_check1 CHECK (((status = 'error'::text) OR ((key IS NOT NULL) AND (kind IS NOT NULL) AND (category IS NOT NULL) AND (currency IS NOT NULL))));

alter table statement_rows add constraint statement_rows_pkey PRIMARY KEY (statement_no, line);

alter table statement_rows add constraint statement_rows_status_check CHECK ((status = ANY (ARRAY['included'::text, 'excluded'::text, 'error'::text])));

CREATE INDEX statement_rows_by_key ON public.statement_rows USING btree (key, statement_no);

CREATE INDEX statement_rows_by_payout ON public.statement_rows USING btree (payout_ref, key) WHERE (payout_ref IS NOT NULL);

CREATE INDEX statement_rows_by_time ON public.statement_rows USING btree (statement_no, at);

CREATE INDEX statement_rows_not_included ON public.statement_rows USING btree (statement_no, status, line) WHERE (status <> 'included'::text);

create table statements (
  no bigint not null,
  id text collate "C" not null,
  provider text collate "C" not null,
  account text collate "C" not null,
  format text collate "C" not null,
  origin text not null,
  status text not null,
  problem text,
  warnings text not null,
  covered_from bigint,
  covered_to bigint,
  rows_included bigint not null,
  rows_excluded bigint not null,
  rows_in_error bigint not null,
  rows_new bigint not null,
  created_at bigint not null,
  finished_at bigint,
  dismissed_at bigint,
  dismissed_reason text
);

alter table statements add constraint statements_check CHECK (((dismissed_at IS NULL) OR (status = ANY (ARRAY['refused'::text, 'incomplete'::text]))));

alter table statements add constraint statements_check1 CHECK (((rows_new >= 0) AND (rows_new <= rows_included)));

alter table statements add constraint statements_check2 CHECK (((status = 'running'::text) = (finished_at IS NULL)));

alter table statements add constraint statements_id_key UNIQUE (id);

alter table statements add constraint statements_origin_check CHECK ((origin = ANY (ARRAY['import'::text, 'list'::text])));

alter table statements add constraint statements_pkey PRIMARY KEY (no);

alter table statements add constraint statements_status_check CHECK ((status = ANY (ARRAY['running'::text, 'complete'::text, 'incomplete'::text, 'refused'::text])));

CREATE INDEX statements_by_source ON public.statements USING btree (provider, account, format, no);

create table tallies (
  no bigint not null,
  wallet_no bigint not null,
  meter text,
  price text,
  seq bigint,
  balance_before bigint not null,
  applied_at bigint not null
);

alter table tallies add constraint tallies_balance_before_check CHECK ((balance_before >= 0));

alter table tallies add constraint tallies_check CHECK (((meter IS NULL) = (price IS NULL)));

alter table tallies add constraint tallies_pkey PRIMARY KEY (no);

CREATE INDEX tallies_by_line ON public.tallies USING btree (wallet_no, seq);

create table told_states (
  name text collate "C" not null,
  state text not null,
  at bigint not null
);

alter table told_states add constraint told_states_pkey PRIMARY KEY (name);

create table uncovered_moves (
  wallet_no bigint not null,
  seq bigint not null,
  position bigint not null,
  charge_no bigint not null,
  account text not null,
  amount bigint not null
);

alter table uncovered_moves add constraint uncovered_moves_amount_check CHECK ((amount <> 0));

alter table uncovered_moves add constraint uncovered_moves_pkey PRIMARY KEY (wallet_no, seq, "position");

CREATE INDEX uncovered_moves_by_charge ON public.uncovered_moves USING btree (charge_no);

create table usage (
  no bigint not null,
  id text collate "C" not null,
  tally_no bigint not null,
  quantity text,
  member text,
  cost text not null,
  covered bigint not null,
  uncovered bigint not null,
  limited bigint not null,
  limit_id text,
  drawn_before bigint not null,
  occurred_at bigint,
  rounding_unit bigint not null,
  reversed_at bigint,
  reversed_wallet_no bigint,
  reversed_seq bigint,
  reversal_reason text,
  covered_back bigint not null,
  uncovered_back bigint not null
);

alter table usage add constraint usage_check CHECK (((limited >= 0) AND (limited <= uncovered)));

alter table usage add constraint usage_check1 CHECK (((covered_back >= 0) AND (covered_back <= covered)));

alter table usage add constraint usage_check2 CHECK (((uncovered_back >= 0) AND (uncovered_back <= uncovered)));

alter table usage add constraint usage_check3 CHECK (((limit_id IS NULL) = (limited = 0)));

alter table usage add constraint usage_check4 CHECK (((reversed_wallet_no IS NULL) = (reversed_seq IS NULL)));

alter table usage add constraint usage_covered_check CHECK ((covered >= 0));

alter table usage add constraint usage_drawn_before_check CHECK ((drawn_before >= 0));

alter table usage add constraint usage_id_key UNIQUE (id);

alter table usage add constraint usage_pkey PRIMARY KEY (no);

alter table usage add constraint usage_uncovered_check CHECK ((uncovered >= 0));

CREATE INDEX usage_by_reversal ON public.usage USING btree (reversed_wallet_no, reversed_seq) WHERE (reversed_seq IS NOT NULL);

CREATE INDEX usage_by_tally ON public.usage USING btree (tally_no);

create table wallet_lines (
  wallet_no bigint not null,
  seq bigint not null,
  kind text not null,
  amount bigint not null,
  balance_after bigint not null,
  requested bigint not null,
  covered bigint not null,
  uncovered bigint not null,
  charge_no bigint,
  entry_no bigint not null,
  event_no bigint,
  reason text,
  reverses bigint,
  effective_at bigint not null,
  posted_at bigint not null
);

alter table wallet_lines add constraint wallet_lines_balance_after_check CHECK ((balance_after >= 0));

alter table wallet_lines add constraint wallet_lines_check CHECK ((requested = (covered + uncovered)));

alter table wallet_lines add constraint wallet_lines_pkey PRIMARY KEY (wallet_no, seq);

CREATE INDEX wallet_lines_by_charge ON public.wallet_lines USING btree (charge_no) WHERE (charge_no IS NOT NULL);

CREATE UNIQUE INDEX wallet_lines_reversed ON public.wallet_lines USING btree (wallet_no, reverses) WHERE (reverses IS NOT NULL);

CREATE INDEX wallet_lines_uncovered ON public.wallet_lines USING btree (posted_at) WHERE (uncovered > 0);

create table wallets (
  no bigint not null,
  id text collate "C" not null,
  owner text collate "C" not null,
  currency text collate "C" not null,
  paid bigint not null,
  promo bigint not null,
  balance bigint not null,
  held bigint not null,
  recovery bigint not null,
  pending text not null,
  seq bigint not null,
  lot_count bigint not null,
  hold_count bigint not null,
  limit_count bigint not null,
  next_expiry_at bigint
);

alter table wallets add constraint wallets_balance_check CHECK ((balance >= 0));

alter table wallets add constraint wallets_check CHECK ((balance = (paid + promo)));

alter table wallets add constraint wallets_held_check CHECK ((held >= 0));

alter table wallets add constraint wallets_id_key UNIQUE (id);

alter table wallets add constraint wallets_owner_currency_key UNIQUE (owner, currency);

alter table wallets add constraint wallets_paid_check CHECK ((paid >= 0));

alter table wallets add constraint wallets_pkey PRIMARY KEY (no);

alter table wallets add constraint wallets_promo_check CHECK ((promo >= 0));

alter table wallets add constraint wallets_recovery_check CHECK ((recovery >= 0));

CREATE INDEX wallets_due ON public.wallets USING btree (next_expiry_at) WHERE (next_expiry_at IS NOT NULL);

create table watermarks (
  provider text not null,
  account text not null,
  kind text not null,
  covered_from bigint,
  covered_to bigint,
  listing_from bigint,
  listing_to bigint,
  listing_after text,
  problem text
);

alter table watermarks add constraint watermarks_pkey PRIMARY KEY (provider, account, kind);
