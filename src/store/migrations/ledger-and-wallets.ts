export const ledgerAndWallets: readonly string[] = [
  `create table wallets (
    no integer primary key,
    id key_text not null unique,
    owner key_text not null,
    currency key_text not null,
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
  ) strict`,

  `create table accounts (
    no integer primary key,
    path key_text not null,
    currency key_text not null,
    rolled_up key_text not null,
    unique (path, currency)
  ) strict`,

  `create table entries (
    no integer primary key,
    id key_text not null,
    kind text not null,
    ordinal integer not null,
    charge_no integer references charges (no),
    wallet_no integer references wallets (no),
    payout_no integer references payouts (no),
    event_no integer references events (no),
    effective_at integer not null,
    posted_at integer not null,
    reason text
  ) strict`,
  // An entry's id is made of its subject and ordinal: these keep it unique (a wallet's by its line), and unlike the ids
  // they rise, so that a batch writes a few pages of each instead of one page for every row.
  `create unique index entries_by_charge on entries (charge_no, coalesce(wallet_no, 0), ordinal)
    where charge_no is not null`,
  "create unique index entries_by_payout on entries (payout_no, ordinal) where payout_no is not null",
  // Only what a person booked is asked for by its id.
  "create index entries_by_hand on entries (id) where event_no is null",

  `create table postings (
    entry_no integer not null references entries (no),
    account_no integer not null references accounts (no),
    amount integer not null check (amount <> 0),
    primary key (entry_no, account_no)
  ) strict, without rowid`,
  "create index postings_by_account on postings (account_no, entry_no)",

  `create table wallet_lines (
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
  ) strict, without rowid`,
  "create index wallet_lines_by_charge on wallet_lines (charge_no) where charge_no is not null",

  `create table lots (
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
  ) strict, without rowid`,
  "create index lots_with_value on lots (wallet_no) where remaining > 0",
  "create index lots_by_charge on lots (charge_no) where charge_no is not null",

  `create table lot_moves (
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
  ) strict, without rowid`,

  `create table uncovered_moves (
    wallet_no integer not null,
    seq integer not null,
    position integer not null,
    charge_no integer not null references charges (no),
    account text not null,
    amount integer not null check (amount <> 0),
    primary key (wallet_no, seq, position),
    foreign key (wallet_no, seq) references wallet_lines (wallet_no, seq)
  ) strict, without rowid`,
  "create index uncovered_moves_by_charge on uncovered_moves (charge_no)",

  // What the journal comes to, day by day: made of its entries some time after they are posted, and derived anew by the audit.
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
];
