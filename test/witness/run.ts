/**
 * `npm run witness -- record FOLDER` writes down all that this checkout's house says of one fixed life: every recorded body, a
 * simulated company, what an app and people do; once for each engine. `npm run witness -- compare FOLDER` lets it live the
 * same life again, and says what is told otherwise: nothing may be where only the inside was changed. `--engine sqlite` for one.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { plantBreaks } from "../../src/simulator/breaks/plant.ts";
import { serveStandIn } from "../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../src/simulator/world.ts";
import { type Engine, engines, removeFreshDatabases } from "../support/engines.ts";
import { sharePostgres, stopSharedPostgres } from "../support/postgres.ts";
import { differences, type Witnessed } from "./compare.ts";
import { House } from "./house.ts";
import {
  deliverFixtures,
  deliverWorld,
  policy,
  presentOf,
  reconcile,
  resolve,
  seed,
  spend,
  tell,
  tidy,
} from "./life.ts";
import { testimony } from "./questions.ts";

const company = { customers: 24, months: 3, seed };
const keys = { paddle: "pdl_simulated", stripe: "sk_test_simulated" };

async function witness({ emptyDatabaseUrl }: Engine): Promise<Witnessed> {
  const { before, world } = plantBreaks(buildWorld(company), { seed, count: 8 });
  const standIn = await serveStandIn(before, {
    port: 0,
    keys,
    misbehaviour: {},
    seed,
    now: presentOf(world),
  });
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-witness-"));
  const policyFile = join(folder, "policy.json");
  writeFileSync(policyFile, JSON.stringify(policy));
  const house = await House.open(await emptyDatabaseUrl(), {
    POLICY_FILE: policyFile,
    PADDLE_API_KEY: keys.paddle,
    PADDLE_API_URL: standIn.url,
    STRIPE_API_KEY: keys.stripe,
    STRIPE_API_URL: standIn.url,
  });
  try {
    await deliverFixtures(house);
    await deliverWorld(house, before);
    await spend(house);
    standIn.state(world);
    await reconcile(house, world);
    await resolve(house);
    await tell(house);
    await tidy(house);
    const { record, unasked } = await testimony(house);
    for (const path of unasked)
      console.warn(`Nothing asks for GET ${path}: test/witness/questions.ts should.`);
    return record;
  } finally {
    await house.close();
    await standIn.close();
    rmSync(folder, { recursive: true });
  }
}

function write(folder: string, record: Witnessed): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [file, text] of record) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** @throws Error if nothing was recorded there */
function read(folder: string): Witnessed {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const names = files.map((file) => relative(folder, join(file.parentPath, file.name))).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

function compare(folder: string, now: Witnessed): boolean {
  const recorded = read(folder);
  const found = differences(recorded, now);
  for (const { file, lines } of found) console.log([join(folder, file), ...lines.slice(0, 12)].join("\n  "));
  for (const file of now.keys()) if (!recorded.has(file)) console.log(`${join(folder, file)}\n  is new.`);
  console.log(`${folder}: ${recorded.size - found.length} of ${recorded.size} files are as they were.`);
  return found.length === 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: "string", multiple: true, default: engines.map(({ name }) => name) } },
});
const [what, folder] = positionals;
const wanted = engines.filter(({ name }) => values.engine.includes(name));
if ((what !== "record" && what !== "compare") || folder === undefined || wanted.length === 0) {
  console.error("npm run witness -- record|compare FOLDER [--engine sqlite|postgres]");
  process.exit(2);
}
if (wanted.some(({ name }) => name === "postgres")) await sharePostgres({ durable: false });
try {
  for (const engine of wanted) {
    const now = await witness(engine);
    const own = join(folder, engine.name);
    if (what === "record") write(own, now);
    else if (!compare(own, now)) process.exitCode = 1;
  }
} finally {
  await removeFreshDatabases();
  await stopSharedPostgres();
}
