import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { projectRoot } from "../support/project-root.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

/** Runs the writer, kills it without warning after some acknowledgements, and gives the names it acknowledged. */
async function killedWriter(databaseUrl: string, afterAcknowledged: number): Promise<string[]> {
  const file = join(projectRoot, "test", "support", "crashing-writer.ts");
  const child = spawn(process.execPath, [file, databaseUrl], { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: string[] = [];
  for await (const name of createInterface({ input: child.stdout })) {
    acknowledged.push(name);
    if (acknowledged.length === afterAcknowledged) child.kill("SIGKILL");
  }
  return acknowledged;
}

test.each(engines)(
  "a process killed on $name leaves whole batches, and all it acknowledged",
  async (engine) => {
    const databaseUrl = await engine.freshDatabaseUrl();
    const acknowledged: string[] = [];
    for (const after of [1, 777]) acknowledged.push(...(await killedWriter(databaseUrl, after)));
    const store = await stores.open({ databaseUrl });
    const events = await store.read.selectFrom("events").select("provider_event_id").execute();
    const wallets = await store.read.selectFrom("wallets").select("paid").execute();
    const stored = new Set(events.map((event) => event.provider_event_id));
    expect(acknowledged.length).toBeGreaterThanOrEqual(778);
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
    expect(wallets.reduce((total, { paid }) => total + paid, 0n)).toBe(BigInt(stored.size));
  },
);
