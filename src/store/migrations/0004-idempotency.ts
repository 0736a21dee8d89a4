import type { Migration } from "./migration.ts";

export const idempotency: Migration = {
  name: "0004-idempotency",
  statements: [
    `create table idempotency_keys (
      id key_text primary key,
      request text not null,
      result text not null,
      created_at integer not null
    ) strict, without rowid`,
    "create index idempotency_keys_by_age on idempotency_keys (created_at)",
  ],
};
