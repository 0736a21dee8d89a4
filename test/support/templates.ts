/**
 * A migrated database of each engine, made once per run of the tests: what a test gets is a copy. Migrating for each test
 * took a third of the time of all of them.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
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
  for (const one of [name, filledName(name)]) await onServer(`drop database if exists ${one} with (force)`);
}

/**
 * The URL of a database to copy in which there is what `fill` stores, made by whichever process asks first: it takes too long to
 * be done in each file that wants it.
 */
export async function filledTemplate(
  engine: "sqlite" | "postgres",
  fill: (databaseUrl: string) => Promise<void>,
): Promise<string> {
  const [file, name] = [sqliteTemplate(), postgresTemplate()];
  if (file === undefined || name === undefined) throw new Error("Only jest has templates.");
  const folder = join(file, "..");
  const [filling, filled] = [join(folder, `filling-${engine}`), join(folder, `filled-${engine}`)];
  const url =
    engine === "sqlite"
      ? `sqlite:${join(folder, "filled.db")}`
      : databaseAt(sharedPostgresUrl(), filledName(name));
  await until(async () => existsSync(filled) || (await isOurs(filling)), 50);
  if (existsSync(filled)) return url;
  try {
    if (engine === "sqlite") await rm(join(folder, "filled.db"), { force: true });
    else {
      await onServer(`drop database if exists ${filledName(name)} with (force)`);
      await onServer(`create database ${filledName(name)} template ${name} strategy file_copy`);
    }
    await fill(url);
    await writeFile(filled, "");
  } finally {
    await rmdir(filling);
  }
  return url;
}

const filledName = (template: string): string => `${template}_filled`;

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

async function onServer(statement: string): Promise<void> {
  const server = await connectTo(sharedPostgresUrl());
  await server.query(statement);
  await server.end();
}
