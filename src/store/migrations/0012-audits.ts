import type { Migration } from "./migration.ts";

/** What audits said that a server was asked for. Rows are only ever added. */
export const audits: Migration = {
  name: "0012-audits",
  statements: [
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
  ],
};
