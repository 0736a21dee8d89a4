import type { Migration } from "./migration.ts";

export const linksPoliciesOutbox: Migration = {
  name: "0003-links-policies-outbox",
  statements: [
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
      at integer not null
    ) strict`,
    "create index discrepancies_open on discrepancies (no) where status = 'open'",
    "create index discrepancies_by_charge on discrepancies (charge_no) where charge_no is not null",

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
  ],
};
