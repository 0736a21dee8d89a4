import { sql } from "kysely";
import { knownColumns } from "../../src/store/engine/columns.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const listing = {
  sqlite: sql<{ table: string; column: string }>`
    select tables.name as "table", columns.name as "column" from sqlite_schema as tables
    join pragma_table_info(tables.name) as columns where tables.type = 'table' order by columns.cid`,
  postgres: sql<{ table: string; column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = 'public' order by ordinal_position`,
};
/** Where numbers come from: nothing selects all of it. */
const sources = ["numbers"];

describe.each(engines)("the columns of each table on $name", ({ name, freshDatabaseUrl }) => {
  test("are those that its migrations are read to make", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const { rows } = await listing[name].execute(store.read);
    const made = Map.groupBy(
      rows.filter(({ table }) => !sources.includes(table)),
      ({ table }) => table,
    );
    expect([...made.keys()].sort()).toEqual([...knownColumns.keys()].sort());
    for (const [table, columns] of made)
      expect([table, columns.map(({ column }) => column)]).toEqual([table, knownColumns.get(table)]);
  });

  test("are asked for by name, also where all are meant", async () => {
    const { read } = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    const queries = [
      read.selectFrom("leases").selectAll(),
      read.selectFrom("leases as mine").selectAll(),
      read.selectFrom("leases").innerJoin("watermarks as mark", "mark.kind", "leases.name").selectAll("mark"),
      read.selectFrom(read.selectFrom("leases").selectAll().as("inner")).select("inner.token"),
    ];
    for (const query of queries) {
      expect(query.compile().sql).not.toContain("*");
      expect(await query.execute()).toEqual([]);
    }
    expect(queries[1]?.compile().sql).toBe(
      'select "mine"."name", "mine"."token", "mine"."expires_at" from "leases" as "mine"',
    );
  });
});
