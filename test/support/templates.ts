/**
 * A migrated database of each engine, made once per run of the tests: what a test gets is a copy. Migrating for each test
 * took a third of the time of all of them.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.ts";
import { openStore } from "../../src/store/store.ts";
import { connectTo, databaseAt, sharedPostgresUrl } from "./postgres.ts";
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
  if (name !== undefined) await onServer(`drop database if exists ${name} with (force)`);
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
