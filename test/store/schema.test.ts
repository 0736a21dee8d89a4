import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.ts";
import { openStore } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import { schemaText } from "../support/schema-text.ts";

/**
 * The schema that the migrations lead to, committed so that a change of it can be read. After a new migration:
 *
 *     UPDATE_SCHEMA=1 npm run -s jest -- test/store/schema.test.ts
 */
test.each(engines)("a freshly migrated $name database has the committed schema", async (engine) => {
  const databaseUrl = await engine.emptyDatabaseUrl();
  const store = await openStore({ databaseUrl, migrate: true, clock: systemClock });
  const schema = await schemaText(store.read, engine.name);
  await store.close();
  const file = join(projectRoot, "test", "store", `schema.${engine.name}.sql`);
  if (process.env.UPDATE_SCHEMA) await writeFile(file, schema);
  expect(schema).toBe(await readFile(file, "utf8"));
});
