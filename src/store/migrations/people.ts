export const people: readonly string[] = [
  // What makes keyed hashes of this installation: made once.
  `create table installation (
    name text primary key,
    secret bytes not null
  ) strict, without rowid`,

  // Who decided what. Rows are only ever added; of one, its address is forgotten in time.
  `create table actions (
    no integer primary key,
    id key_text not null unique,
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
  ) strict`,
  "create unique index actions_by_form on actions (form_id, action, subject) where form_id is not null",
  "create index actions_by_time on actions (at)",
  "create index actions_by_name on actions (name, no)",
  "create index actions_by_subject on actions (subject, no) where subject is not null",
  "create index actions_by_request on actions (request_id, no) where request_id is not null",
  "create index actions_refused on actions (at) where action in ('session.refuse', 'form.refuse')",
  "create index actions_with_address on actions (at) where address is not null",

  // Who is signed in. The id that the browser has is nowhere: only its hash.
  `create table sessions (
    id_hash key_text primary key,
    name text not null,
    role text not null,
    line_digest text not null,
    made_at integer not null,
    seen_at integer not null,
    ends_at integer not null
  ) strict, without rowid`,
  "create index sessions_by_end on sessions (ends_at)",

  // Attempts to sign in that were not right, or are not judged yet. What was typed as a name may be a password: a keyed hash.
  `create table sign_in_attempts (
    id key_text primary key,
    name text not null,
    address text not null,
    at integer not null
  ) strict, without rowid`,
  "create index sign_in_attempts_by_name on sign_in_attempts (name, at)",
  "create index sign_in_attempts_by_address on sign_in_attempts (address, at)",
  "create index sign_in_attempts_by_time on sign_in_attempts (at)",

  // What audits said that a server was asked for. Rows are only ever added.
  `create table audits (
    no integer primary key,
    id key_text not null unique,
    begun_at integer not null,
    ended_at integer not null,
    ok integer not null,
    complete integer not null,
    checked text not null,
    problem_count integer not null,
    problems text not null
  ) strict`,
];
