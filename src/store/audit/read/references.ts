import { type Kysely, sql } from "kysely";
import type { Database } from "../../schema.ts";

interface Reference {
  /** A column that holds internal numbers; null refers to nothing. */
  readonly column: string;
  /** The tables whose numbers they are: it is one of them. */
  readonly to: readonly (keyof Database)[];
}

interface Referring {
  readonly table: keyof Database;
  /** The column that the table is read by: its number, or the first of its key. */
  readonly by: string;
  /** An id that a person can look for; null where what had it is gone. */
  readonly subject: string;
  readonly references: readonly Reference[];
}

const to = (column: string, ...tables: (keyof Database)[]): Reference => ({ column, to: tables });
const idOf = (table: keyof Database, column: string) =>
  `(select id from ${table} where ${table}.no = referring.${column})`;

/** PostgreSQL is not told of references, and a person at the database can do without them on SQLite, too. */
export const referringTables: readonly Referring[] = [
  {
    table: "facts",
    by: "subject_no",
    subject: `coalesce(${idOf("events", "event_no")}, ${idOf("charges", "subject_no")}, ${idOf("payouts", "subject_no")})`,
    references: [to("subject_no", "charges", "payouts"), to("event_no", "events")],
  },
  {
    table: "charges",
    by: "no",
    subject: "id",
    references: [to("dossier_no", "charges"), to("merged_into_no", "charges")],
  },
  { table: "dossier_names", by: "dossier_no", subject: "name", references: [to("dossier_no", "charges")] },
  {
    table: "renderings",
    by: "event_no",
    subject: idOf("events", "event_no"),
    references: [to("event_no", "events")],
  },
  { table: "movements", by: "no", subject: "id", references: [to("charge_no", "charges")] },
  {
    table: "entries",
    by: "no",
    subject: "id",
    references: [
      to("charge_no", "charges"),
      to("wallet_no", "wallets"),
      to("payout_no", "payouts"),
      to("event_no", "events"),
    ],
  },
  {
    table: "postings",
    by: "entry_no",
    subject: `coalesce(${idOf("entries", "entry_no")}, (select path from accounts where no = referring.account_no))`,
    references: [to("entry_no", "entries"), to("account_no", "accounts")],
  },
  {
    table: "account_days",
    by: "account_no",
    subject: "cast(account_no as text)",
    references: [to("account_no", "accounts")],
  },
  {
    table: "wallet_lines",
    by: "wallet_no",
    subject: idOf("wallets", "wallet_no"),
    references: [
      to("wallet_no", "wallets"),
      to("charge_no", "charges"),
      to("entry_no", "entries"),
      to("event_no", "events"),
    ],
  },
  {
    table: "lots",
    by: "wallet_no",
    subject: "id",
    references: [to("wallet_no", "wallets"), to("charge_no", "charges")],
  },
  { table: "holds", by: "wallet_no", subject: "id", references: [to("wallet_no", "wallets")] },
  { table: "limits", by: "wallet_no", subject: "id", references: [to("wallet_no", "wallets")] },
  {
    table: "limit_counts",
    by: "wallet_no",
    subject: idOf("wallets", "wallet_no"),
    references: [to("wallet_no", "wallets")],
  },
  {
    table: "limit_amounts",
    by: "wallet_no",
    subject: idOf("wallets", "wallet_no"),
    references: [to("wallet_no", "wallets")],
  },
  {
    table: "tallies",
    by: "no",
    subject: idOf("wallets", "wallet_no"),
    references: [to("wallet_no", "wallets")],
  },
  { table: "usage", by: "no", subject: "id", references: [to("tally_no", "tallies")] },
  {
    table: "uncovered_moves",
    by: "wallet_no",
    subject: idOf("wallets", "wallet_no"),
    references: [to("wallet_no", "wallets"), to("charge_no", "charges")],
  },
  {
    table: "discrepancies",
    by: "no",
    subject: "id",
    references: [to("charge_no", "charges"), to("event_no", "events"), to("correction_no", "entries")],
  },
  {
    table: "discrepancy_changes",
    by: "discrepancy_no",
    subject: idOf("discrepancies", "discrepancy_no"),
    references: [
      to("discrepancy_no", "discrepancies"),
      to("event_no", "events"),
      to("run_no", "reconciliations"),
      to("entry_no", "entries"),
    ],
  },
  {
    table: "outbox",
    by: "no",
    subject: "id",
    references: [to("wallet_no", "wallets"), to("charge_no", "charges")],
  },
];

/** A row that names another one which is not there. */
export interface Dangling {
  readonly subject: string;
  readonly column: string;
}

const stretchSize = 1024n;

/** The next rows of a table that name what is not there; and where they end, `null` at the table's end. */
export async function danglingReferences(
  db: Kysely<Database>,
  referring: Referring,
  after: bigint,
): Promise<{ readonly dangling: readonly Dangling[]; readonly upTo: bigint | null }> {
  const upTo = await endOfStretch(db, referring, after);
  if (upTo === null) return { dangling: [], upTo };
  const found: Dangling[] = [];
  for (const reference of referring.references)
    found.push(...(await dangling(db, referring, reference, { after, upTo })));
  return { dangling: found, upTo };
}

async function endOfStretch(db: Kysely<Database>, { table, by }: Referring, after: bigint) {
  const { rows } = await sql<{ last: bigint | null }>`
    select max(key) as last from (
      select ${sql.ref(by)} as key from ${sql.table(table)} where ${sql.ref(by)} > ${after}
      order by ${sql.ref(by)} limit ${stretchSize}
    ) stretch
  `.execute(db);
  return rows[0]?.last ?? null;
}

async function dangling(
  db: Kysely<Database>,
  { table, by, subject }: Referring,
  { column, to }: Reference,
  { after, upTo }: { readonly after: bigint; readonly upTo: bigint },
): Promise<Dangling[]> {
  const named = sql.ref(`referring.${column}`);
  const absent = to.map(
    (target) => sql`not exists (select 1 from ${sql.table(target)} target where target.no = ${named})`,
  );
  const { rows } = await sql<{ subject: string | null }>`
    select distinct ${sql.raw(subject)} as subject
    from ${sql.table(table)} referring
    where ${sql.ref(`referring.${by}`)} > ${after} and ${sql.ref(`referring.${by}`)} <= ${upTo}
      and ${named} is not null and ${sql.join(absent, sql` and `)}
  `.execute(db);
  return rows.map((row) => ({ subject: row.subject ?? table, column: `${table}.${column}` }));
}
