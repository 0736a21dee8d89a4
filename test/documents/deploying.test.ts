import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { exitCode } from "../../src/cli/kit/command.ts";
import { runHere } from "../cli/command-line.ts";
import { seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { startWithTools, toolsAtHand } from "../support/postgres-tools.ts";
import { projectRoot } from "../support/project-root.ts";

const read = (name: string) => readFileSync(join(projectRoot, name), "utf8");
const text = read("docs/deploying.md");

test("what is backed up by the document's statement, while the server runs, is restored with nothing missing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-backup-"));
  const running = await startTallyhook(`sqlite:${join(folder, "tallyhook.db")}`);
  await running.post(seed);
  const [, statement = ""] = /^sqlite3 \S+ "(vacuum into '[^']+')"$/m.exec(text) ?? [];
  const backedUp = execFileSync("sh", ["-c", `printf %s "${statement.replace("backup/", `${folder}/`)}"`], {
    encoding: "utf8",
  });
  const [, copy = ""] = /'(.+tallyhook-\d{8}T\d{6}\.db)'/.exec(backedUp) ?? [];
  const database = new Database(join(folder, "tallyhook.db"), { readonly: true });
  database.exec(backedUp);
  database.close();
  await running.post('{"event_id":"evt_after","event_type":"a.stranger","data":{}}');
  await running.close();
  const { code, out } = await runHere(folder, ["audit", "--json"], { DATABASE_URL: `sqlite:${copy}` });
  expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ ok: true })]);
  const restored = await startTallyhook(`sqlite:${copy}`);
  expect((await restored.post(seed)).body).toMatchObject({ outcome: "duplicate" });
  await restored.close();
  rmSync(folder, { recursive: true });
});

/** By the document's statements where a PostgreSQL with its tools is installed; the embedded one comes without. */
async function copied(bin: string | undefined, fill: (url: string) => Promise<void>, folder: string) {
  if (bin === undefined) {
    const [, postgres] = engines;
    const url = (await postgres?.freshDatabaseUrl()) ?? "";
    await fill(url);
    return { url: (await postgres?.copyOf(url)) ?? "", stop: async () => {} };
  }
  const postgres = await startWithTools(bin, ["tallyhook", "restored"]);
  const [url, restored] = [postgres.databaseUrl("tallyhook"), postgres.databaseUrl("restored")];
  await fill(url);
  const statements = [...text.matchAll(/^pg_(?:dump|restore) .+$/gm)].map(([statement]) => statement);
  expect(statements).toHaveLength(2);
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    DATABASE_URL: `${url}?sslmode=no-verify&statement_timeout=60000`,
    EMPTY_DATABASE_URL: restored,
  };
  for (const statement of statements)
    execFileSync("sh", ["-c", statement.replaceAll("/backup/", `${folder}/`)], { env, stdio: "pipe" });
  return { url: restored, stop: postgres.stop };
}

test("what is backed up of a PostgreSQL database is restored with nothing missing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-backup-"));
  const fill = async (url: string) => {
    const running = await startTallyhook(url);
    await running.post(seed);
    await running.close();
  };
  const copy = await copied(toolsAtHand(), fill, folder);
  const { code, out } = await runHere(folder, ["audit", "--json"], { DATABASE_URL: copy.url });
  expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ ok: true })]);
  const restored = await startTallyhook(copy.url);
  expect((await restored.post(seed)).body).toMatchObject({ outcome: "duplicate" });
  await restored.close();
  await copy.stop();
  rmSync(folder, { recursive: true });
});

test("no form of TLS that the document shows makes the driver warn, and the one it warns of does", () => {
  const forms = [...text.matchAll(/^\| `(\?sslmode=[^`]+)`/gm)].map(([, form = ""]) => form);
  expect(forms).toHaveLength(3);
  const warningsOf = (form: string) => {
    const url = `postgres://t@127.0.0.1:1/t${form.replace("/etc/tallyhook/ca.pem", join(projectRoot, "LICENSE"))}`;
    const script = `new (require("pg").Client)(${JSON.stringify(url)}); process.on("warning", (warning) => console.log(warning.message));`;
    return execFileSync(process.execPath, ["-e", script], {
      cwd: projectRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  };
  expect(forms.map(warningsOf)).toEqual(["", "", ""]);
  expect(warningsOf("?sslmode=require")).toContain("require");
});

test("every file that the image copies is there, and what it sets are variables", () => {
  const dockerfile = read("Dockerfile");
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = ""]) =>
    names.split(" "),
  );
  const allowed = read(".dockerignore").split("\n");
  for (const name of copied) expect([name, allowed.includes(`!${name}`)]).toEqual([name, true]);
  const example = read(".env.example");
  const [, set = ""] = /^ENV NODE_ENV=production (.+)$/m.exec(dockerfile) ?? [];
  const names = set.split(" ").map((assignment) => assignment.split("=")[0] ?? "");
  for (const name of [...names, "PUBLIC_URL", "TRUST_PROXY", "DATABASE_SCHEMA", "DATABASE_POOL"]) {
    expect(example).toMatch(new RegExp(`^(?:# )?${name}=`, "m"));
  }
});

test("a database that is made is its user's alone, with all that SQLite makes beside it; one that is there stays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-modes-"));
  const modeOf = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);
  const running = await startTallyhook(`sqlite:${join(folder, "data", "tallyhook.db")}`);
  await running.post(seed);
  const made = ["data", ...readdirSync(join(folder, "data")).map((name) => `data/${name}`)];
  expect(Object.fromEntries(made.map((name) => [name, modeOf(name)]))).toEqual({
    data: "700",
    "data/tallyhook.db": "600",
    "data/tallyhook.db-shm": "600",
    "data/tallyhook.db-wal": "600",
  });
  await running.close();
  chmodSync(join(folder, "data/tallyhook.db"), 0o640);
  await (await startTallyhook(`sqlite:${join(folder, "data", "tallyhook.db")}`)).close();
  expect(modeOf("data/tallyhook.db")).toBe("640");
  rmSync(folder, { recursive: true });
});

test("every path that answers is in the document", async () => {
  const served = [...read("src/http/app.ts").matchAll(/app\.use\("(\/\w+)"/g)].map(([, path]) => path);
  const routes = ["health", "metrics"].flatMap((name) =>
    [...read(`src/http/${name}.ts`).matchAll(/routes\.get\("(\/[\w.]+)"/g)].map(([, path]) => path),
  );
  const paths = [...served, ...routes, "/openapi.json", "/docs"];
  expect(paths).toEqual(expect.arrayContaining(["/console", "/v1", "/healthz", "/readyz", "/metrics"]));
  const rows = text.split("\n").filter((line) => line.startsWith("| `/"));
  expect(paths.filter((path) => !rows.some((row) => row.includes(`\`${path}`)))).toEqual([]);
});

test("a wrong configuration ends a service for good, by the code that it ends with", () => {
  expect(text).toContain(`RestartPreventExitStatus=${exitCode.configuration}`);
});

test("what ends a container and a service waits longer than the server takes", () => {
  expect(read("compose.yaml")).toContain("stop_grace_period: 30s");
  expect(text).toContain("TimeoutStopSec=30");
  expect(read("Dockerfile")).toMatch(/^ENTRYPOINT \["node", "dist\/cli\/main\.js"\]$/m);
});
