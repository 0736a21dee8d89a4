/**
 * `npm run api-types`: writes `openapi.d.ts`, the types of a client of the API, from the description that the API gives of itself;
 * `-- --check` compares instead. It installs what it needs in this folder, from its own lock file.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApiText } from "./openapi-text.ts";

const folder = import.meta.dirname;
const committed = join(folder, "openapi.d.ts");

const run = (command: string, ...words: string[]) =>
  execFileSync(command, words, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });

const document = join(tmpdir(), `tallyhook-openapi-${process.pid}.json`);
const { text, hash } = await openApiText();
writeFileSync(document, text);
run("npm", "ci", "--silent", "--no-audit", "--no-fund");
const made = join(tmpdir(), `tallyhook-openapi-${process.pid}.d.ts`);
run("npx", "--no-install", "openapi-typescript", document, "--output", made, "--root-types");
const types = `// Made by npm run api-types from ${hash}\n${readFileSync(made, "utf8")}`;

if (!process.argv.includes("--check")) {
  writeFileSync(committed, types);
  process.stdout.write(`Wrote ${committed}.\n`);
} else if (readFileSync(committed, "utf8") === types) {
  process.stdout.write("The types are those of the description.\n");
} else {
  process.stderr.write("The types are not those of the description: npm run api-types writes them.\n");
  process.exitCode = 1;
}
