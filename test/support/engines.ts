/**
 * The two database engines, for `describe.each(engines)`: every test of the store and of what stands on it runs on both.
 *
 * ```ts
 * describe.each(engines)("wallets on $name", ({ freshDatabaseUrl }) => {
 *   test("…", async () => {
 *     const url = await freshDatabaseUrl();
 * ```
 *
 * In jest they are migrated already, as copies of one that was, and those of a test file are removed when the next one makes
 * its first; elsewhere they are empty, and {@link removeFreshDatabases} is to be called.
 */
import { copyFileSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { databaseAt, sharedPostgresUrl } from "./postgres.ts";
import { postgresTemplate, sqliteTemplate } from "./templates.ts";

export interface Engine {
  name: "sqlite" | "postgres";
  /** The `DATABASE_URL` of a new database in which nothing is stored. */
  freshDatabaseUrl(): Promise<string>;
  /** The same without any tables. */
  emptyDatabaseUrl(): Promise<string>;
  /** The `DATABASE_URL` of a copy of a database that nobody is connected to. */
  copyOf(databaseUrl: string): Promise<string>;
}

export const engines: Engine[] = [
  {
    name: "sqlite",
    freshDatabaseUrl: () => newFile(sqliteTemplate()),
    emptyDatabaseUrl: () => newFile(),
    copyOf: (databaseUrl) => newFile(databaseUrl.slice("sqlite:".length)),
  },
  {
    name: "postgres",
    freshDatabaseUrl: () => newDatabase(postgresTemplate()),
    emptyDatabaseUrl: () => newDatabase(),
    copyOf: (databaseUrl) => newDatabase(new URL(databaseUrl).pathname.slice(1)),
  },
];

const folders: string[] = [];
const databases: string[] = [];
let count = 0;
let connection: Promise<pg.Client> | undefined;

/** Removes every database that {@link engines} made in this process. Open connections to them are cut. */
export async function removeFreshDatabases(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  for (const name of databases.splice(0)) await onServer(`drop database if exists ${name} with (force)`);
  await (await connection)?.end();
  connection = undefined;
}

/** The files of a worker run in one process, and load this module once: a hook of it would be the first file's alone. */
let testFile: string | undefined;
async function removeThoseOfEarlierFiles(): Promise<void> {
  const current = typeof expect === "function" ? expect.getState().testPath : undefined;
  if (current === testFile) return;
  testFile = current;
  await removeFreshDatabases();
}

async function newFile(template?: string): Promise<string> {
  await removeThoseOfEarlierFiles();
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-sqlite-"));
  folders.push(folder);
  const file = join(folder, "tallyhook.db");
  if (template !== undefined) copyFileSync(template, file);
  return `sqlite:${file}`;
}

async function newDatabase(template = "template0"): Promise<string> {
  await removeThoseOfEarlierFiles();
  const name = `tallyhook_test_${process.pid}_${Date.now()}_${count}`;
  count += 1;
  // Copying the files takes a third of the time that writing them to the log does, where no commit waits for the disk.
  await onServer(`create database ${name} template ${template} strategy file_copy`);
  databases.push(name);
  return databaseAt(sharedPostgresUrl(), name);
}

async function onServer(statement: string): Promise<void> {
  connection ??= connected();
  await (await connection).query(statement);
}

async function connected(): Promise<pg.Client> {
  const server = new pg.Client({ connectionString: sharedPostgresUrl() });
  // Where tests run in jest's own process, the server is stopped before that ends.
  server.on("error", () => {
    connection = undefined;
  });
  await server.connect();
  return server;
}
