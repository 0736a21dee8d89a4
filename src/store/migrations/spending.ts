export const spending: readonly string[] = [
  `create table holds (
    wallet_no integer not null references wallets (no),
    ordinal integer not null,
    id key_text not null unique,
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
  ) strict, without rowid`,
  "create index holds_due on holds (expires_at) where status = 'open'",

  // A line of a statement is of one tally or several; what cost less than a unit may be of none.
  `create table tallies (
    no integer primary key,
    wallet_no integer not null references wallets (no),
    meter text,
    price text,
    seq integer,
    balance_before integer not null check (balance_before >= 0),
    applied_at integer not null,
    foreign key (wallet_no, seq) references wallet_lines (wallet_no, seq),
    check ((meter is null) = (price is null))
  ) strict`,
  "create index tallies_by_line on tallies (wallet_no, seq)",

  // What of a row can change begins as it says here: usage is stored without it.
  `create table usage (
    no integer primary key,
    id key_text not null unique,
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
  ) strict`,
  "create index usage_by_tally on usage (tally_no)",
  "create index usage_by_reversal on usage (reversed_wallet_no, reversed_seq) where reversed_seq is not null",

  // What is set anew under an id is another limit: that of before ends.
  `create table limits (
    wallet_no integer not null references wallets (no),
    ordinal integer not null,
    id key_text not null,
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
  ) strict, without rowid`,
  "create unique index limits_in_force on limits (id) where ended_at is null",
  `create table limit_counts (
    wallet_no integer not null,
    ordinal integer not null,
    period_at integer not null,
    counted integer not null check (counted >= 0),
    primary key (wallet_no, ordinal, period_at),
    foreign key (wallet_no, ordinal) references limits (wallet_no, ordinal)
  ) strict, without rowid`,
  `create table limit_amounts (
    wallet_no integer not null,
    ordinal integer not null,
    position integer not null,
    amount integer not null check (amount >= 0),
    set_at integer not null,
    primary key (wallet_no, ordinal, position),
    foreign key (wallet_no, ordinal) references limits (wallet_no, ordinal)
  ) strict, without rowid`,

  // What no value paid for is reported by month.
  "create index wallet_lines_uncovered on wallet_lines (posted_at) where uncovered > 0",
  // What is due is looked for by the sweeper.
  "create index wallets_due on wallets (next_expiry_at) where next_expiry_at is not null",
  // A line is undone once.
  `create unique index wallet_lines_reversed on wallet_lines (wallet_no, reverses)
    where reverses is not null`,
];
