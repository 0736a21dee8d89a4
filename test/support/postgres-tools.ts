import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A PostgreSQL with all its tools, which the embedded one comes without. */
export interface WithTools {
  /** Where `pg_dump` is. */
  readonly bin: string;
  databaseUrl(name: string): string;
  stop(): Promise<void>;
}

/** The newest one that this machine's packages brought along, if any. */
export function toolsAtHand(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(root, version, "bin"))
    .find((bin) => ["initdb", "postgres", "pg_dump"].every((tool) => existsSync(join(bin, tool))));
}

/** A server of its own, that trusts this machine; with empty databases of these names. */
export async function startWithTools(bin: string, databases: readonly string[]): Promise<WithTools> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-tools-"));
  const port = await freePort();
  const as = plainUser();
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid ?? as.uid);
  const tool = (name: string, ...words: string[]) =>
    execFileSync(join(bin, name), words, { ...as, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const data = join(folder, "data");
  tool("initdb", "-D", data, "-U", "tallyhook", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
  const settings = ["listen_addresses=127.0.0.1", "fsync=off"].flatMap((setting) => ["-c", setting]);
  const words = ["-D", data, "-k", folder, "-p", String(port), ...settings];
  const server = spawn(join(bin, "postgres"), words, { ...as, cwd: folder, stdio: "ignore" });
  const ended = once(server, "exit");
  const at = ["-h", "127.0.0.1", "-p", String(port), "-U", "tallyhook"];
  while (server.exitCode === null && !answers(() => tool("pg_isready", ...at)))
    await new Promise((resolve) => setTimeout(resolve, 100));
  for (const name of databases) tool("createdb", ...at, name);
  return {
    bin,
    databaseUrl: (name) => `postgres://tallyhook@127.0.0.1:${port}/${name}`,
    stop: async () => {
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function answers(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL does not run as root. */
function plainUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const number = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: number("-u"), gid: number("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
