/**
 * A migrated database of each engine, made once per run of the tests: what a test gets is a copy. Migrating for each test
 * took a third of the time of all of them.
 */
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.ts";
import { openStore } from "../../src/store/store.ts";
import { connectTo, databaseAt, sharedPostgresUrl } from "./postgres.ts";
import { until } from "./until.ts";
import { installationKey } from "./wallet-ids.ts";

const sqliteVariable = "TEST_SQLITE_TEMPLATE";
const postgresVariable = "TEST_POSTGRES_TEMPLATE";

/** Makes the templates known to this process and its children; the shared PostgreSQL must run. */
export async function makeTemplates(): Promise<void> {
  const file = join(await mkdtemp(join(tmpdir(), "tallyhook-template-")), "tallyhook.db");
  const name = `tallyhook_template_${process.pid}`;
  await onServer(`create database ${name} template template0`);
  for (const databaseUrl of [`sqlite:${file}`, databaseAt(sharedPostgresUrl(), name)])
    await (await openStore({ databaseUrl, installationKey, migrate: true, clock: systemClock })).close();
  process.env[sqliteVariable] = file;
  process.env[postgresVariable] = name;
}

export async function removeTemplates(): Promise<void> {
  const file = sqliteTemplate();
  if (file !== undefined) await rm(join(file, ".."), { recursive: true, force: true });
  const name = postgresTemplate();
  if (name === undefined) return;
  const all = await onServer(
    `select datname from pg_database where datname = '${name}' or datname like '${name}\\_%'`,
  );
  for (const { datname } of all) await onServer(`drop database if exists ${datname} with (force)`);
}

/**
 * The URL of a database to copy in which there is what `fill` stores, made by whichever process asks first: it takes too long to
 * be done in each file that wants it. `name` says what it is, in letters and `_`.
 */
export async function filledTemplate(
  engine: "sqlite" | "postgres",
  name: string,
  fill: (databaseUrl: string) => Promise<void>,
): Promise<string> {
  const [file, empty] = [sqliteTemplate(), postgresTemplate()];
  if (file === undefined || empty === undefined) throw new Error("Only jest has templates.");
  const folder = join(file, "..");
  const [filling, filled] = ["filling", "filled"].map((state) => join(folder, `${name}-${state}-${engine}`));
  if (filling === undefined || filled === undefined) throw new Error("There are two.");
  const [copy, database] = [join(folder, `${name}.db`), `${empty}_${name}`];
  const url = engine === "sqlite" ? `sqlite:${copy}` : databaseAt(sharedPostgresUrl(), database);
  await until(async () => existsSync(filled) || (await isOurs(filling)), 50);
  if (existsSync(filled)) return url;
  try {
    if (engine === "sqlite") await copyFile(file, copy);
    else {
      await onServer(`drop database if exists ${database} with (force)`);
      await onServer(`create database ${database} template ${empty} strategy file_copy`);
    }
    await fill(url);
    await writeFile(filled, "");
  } finally {
    await rmdir(filling);
  }
  return url;
}

/** Whether we are the one who makes it: a folder can be made once. */
function isOurs(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    () => false,
  );
}

/** A file to copy; `undefined` outside jest. */
export const sqliteTemplate = (): string | undefined => process.env[sqliteVariable];

/** A database to copy; `undefined` outside jest. */
export const postgresTemplate = (): string | undefined => process.env[postgresVariable];

async function onServer(statement: string): Promise<readonly { readonly datname: string }[]> {
  const server = await connectTo(sharedPostgresUrl());
  const { rows } = await server.query(statement);
  await server.end();
  return rows;
}
