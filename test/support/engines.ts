/**
 * The two database engines, for `describe.each(engines)`: every test of the store and of what stands on it runs on both.
 *
 * ```ts
 * describe.each(engines)("wallets on $name", ({ freshDatabaseUrl }) => {
 *   test("…", async () => {
 *     const url = await freshDatabaseUrl();
 * ```
 *
 * In jest they are migrated already, as copies of one that was, and removed after each test file; elsewhere they are empty,
 * and {@link removeFreshDatabases} is to be called.
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
    freshDatabaseUrl: async () => newFile(sqliteTemplate()),
    emptyDatabaseUrl: async () => newFile(),
    copyOf: async (databaseUrl) => newFile(databaseUrl.slice("sqlite:".length)),
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

if (typeof afterAll === "function") afterAll(removeFreshDatabases);

function newFile(template?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-sqlite-"));
  folders.push(folder);
  const file = join(folder, "tallyhook.db");
  if (template !== undefined) copyFileSync(template, file);
  return `sqlite:${file}`;
}

async function newDatabase(template = "template0"): Promise<string> {
  const name = `tallyhook_test_${process.pid}_${Date.now()}_${count}`;
  count += 1;
  await onServer(`create database ${name} template ${template}`);
  databases.push(name);
  return databaseAt(sharedPostgresUrl(), name);
}

async function onServer(statement: string): Promise<void> {
  connection ??= connected();
  await (await connection).query(statement);
}

async function connected(): Promise<pg.Client> {
  const server = new pg.Client({ connectionString: sharedPostgresUrl() });
  await server.connect();
  return server;
}
