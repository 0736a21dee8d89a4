import { type Kysely, sql } from "kysely";
import type { EngineName } from "../../src/store/engine/engine.ts";
import type { Database } from "../../src/store/schema.ts";

/** The schema of a database as text, in one order: a change of it shows as a difference that a person can read. */
export async function schemaText(db: Kysely<Database>, engine: EngineName): Promise<string> {
  const query = engine === "sqlite" ? sqliteSchema : postgresSchema;
  const { rows } = await query.execute(db);
  return `${rows.map(({ definition }) => `${definition};`).join("\n\n")}\n`;
}

const sqliteSchema = sql<{ definition: string }>`
  select sql as definition from sqlite_schema where sql is not null order by tbl_name, type desc, name`;

const postgresSchema = sql<{ definition: string }>`
  select definition from (
    select relname as owner, 1 as rank, relname as name,
      'create table ' || relname || E' (\n' || (
        select string_agg('  ' || attname || ' ' || format_type(atttypid, atttypmod)
          || coalesce((select ' collate "' || collname || '"' from pg_collation
               where pg_collation.oid = attcollation and collname <> 'default'), '')
          || case when attnotnull then ' not null' else '' end, E',\n' order by attnum)
        from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped
      ) || E'\n)' as definition
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
    union all
    select conrelid::regclass::text, 2, conname,
      'alter table ' || conrelid::regclass || ' add constraint ' || conname || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
    union all
    select tablename, 3, indexname, indexdef from pg_indexes
    where schemaname = 'public' and indexname not in (select conname from pg_constraint)
    union all
    select sequencename, 4, sequencename, 'create sequence ' || sequencename || ' increment by ' || increment_by
    from pg_sequences where schemaname = 'public'
  ) as parts order by owner collate "C", rank, name collate "C"`;
