/**
 * The two database engines, for `describe.each(engines)`: every test of the store and of what stands on it runs on both.
 *
 * ```ts
 * describe.each(engines)("wallets on $name", ({ freshDatabaseUrl }) => {
 *   test("…", async () => {
 *     const url = await freshDatabaseUrl();
 * ```
 *
 * In jest the databases are removed after each test file; elsewhere call {@link removeFreshDatabases}.
 */
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { sharedPostgresUrl } from "./postgres.ts";

export interface Engine {
  name: "sqlite" | "postgres";
  /** The `DATABASE_URL` of a new, empty database. */
  freshDatabaseUrl(): Promise<string>;
}

export const engines: Engine[] = [
  { name: "sqlite", freshDatabaseUrl: freshSqliteUrl },
  { name: "postgres", freshDatabaseUrl: freshPostgresUrl },
];

const folders: string[] = [];
const databases: string[] = [];
let count = 0;

/** Removes every database that {@link engines} made in this process. Open connections to them are cut. */
export async function removeFreshDatabases(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  const names = databases.splice(0);
  if (names.length === 0) return;
  await onServer(async (server) => {
    for (const name of names) await server.query(`drop database if exists ${name} with (force)`);
  });
}

if (typeof afterAll === "function") afterAll(removeFreshDatabases);

async function freshSqliteUrl(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-sqlite-"));
  folders.push(folder);
  return `sqlite:${join(folder, "tallyhook.db")}`;
}

async function freshPostgresUrl(): Promise<string> {
  const name = `tallyhook_test_${process.pid}_${Date.now()}_${count}`;
  count += 1;
  await onServer((server) => server.query(`create database ${name} template template0`));
  databases.push(name);
  const url = new URL(sharedPostgresUrl());
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer<Result>(work: (server: pg.Client) => Promise<Result>): Promise<Result> {
  const server = new pg.Client({ connectionString: sharedPostgresUrl() });
  await server.connect();
  try {
    return await work(server);
  } finally {
    await server.end();
  }
}
