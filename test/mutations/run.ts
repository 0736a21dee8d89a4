/**
 * `npm run mutations`: breaks one rule of the domain at a time, in a copy of the tree, and demands that a test of
 * test/domain goes red for each. `npm run mutations -- WORD…` runs those whose name or file contains one of the words.
 *
 * The table tests run first; the properties, with a fixed seed, only if those stayed green. A mutation whose text is not
 * there exactly once is an error: it no longer breaks what its name says.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../support/project-root.ts";
import { type Mutation, mutations } from "./mutations.ts";

const properties = "promises|soundness";
const suites = [
  ["test/domain", "--testPathIgnorePatterns", properties],
  [`test/domain/(${properties})`],
] as const;

/** A copy of what test/domain needs, in which one file at a time is changed. */
class Copy {
  readonly #root = mkdtempSync(join(tmpdir(), "tallyhook-mutation-"));

  constructor() {
    for (const part of ["src", "test", "package.json"])
      cpSync(join(projectRoot, part), join(this.#root, part), { recursive: true });
    symlinkSync(join(projectRoot, "node_modules"), join(this.#root, "node_modules"));
    const { jest } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
    const { globalSetup: _, globalTeardown: __, ...config } = jest;
    const setupFiles = [...jest.setupFiles, "<rootDir>/test/mutations/fixed-seed.ts"];
    writeFileSync(
      join(this.#root, "jest.json"),
      JSON.stringify({ ...config, rootDir: this.#root, setupFiles }),
    );
  }

  /** The first test that goes red, or `null` if all stay green. */
  async firstRed(): Promise<string | null> {
    for (const suite of suites) {
      const red = await this.#jest(suite);
      if (red !== null) return red;
    }
    return null;
  }

  async firstRedUnder({ file, from, to }: Mutation): Promise<string | null> {
    const path = join(this.#root, file);
    const right = readFileSync(path, "utf8");
    writeFileSync(
      path,
      right.replace(from, () => to),
    );
    try {
      return await this.firstRed();
    } finally {
      writeFileSync(path, right);
    }
  }

  async #jest(suite: readonly string[]): Promise<string | null> {
    const output = join(this.#root, "result.json");
    rmSync(output, { force: true });
    const jest = join(this.#root, "node_modules/jest/bin/jest.js");
    const flags = ["-c", "jest.json", "--runInBand", "--json", "--outputFile", output];
    const code = await run(["--no-warnings", jest, ...suite, ...flags], this.#root);
    const result = JSON.parse(readFileSync(output, "utf8")) as JestResult;
    if (code === 0 && result.numTotalTests > 0) return null;
    const failed = result.testResults.filter((file) => file.status === "failed");
    const test = failed.flatMap((file) => file.assertionResults).find((one) => one.status === "failed");
    const file = failed[0]?.name.split("/").at(-1) ?? "no test ran";
    return `${file}: ${test?.fullName ?? failed[0]?.message.split("\n").find(Boolean) ?? "?"}`;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

interface JestResult {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function run(parameters: readonly string[], cwd: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, { cwd, stdio: "ignore" });
    child.on("error", reject).on("exit", resolve);
  });
}

function outdated({ file, from }: Mutation): boolean {
  return readFileSync(join(projectRoot, file), "utf8").split(from).length !== 2;
}

async function main(words: readonly string[]): Promise<number> {
  const isWanted = ({ name, file }: Mutation) =>
    words.length === 0 || words.some((word) => `${name} ${file}`.includes(word));
  const wanted = mutations.filter(isWanted);
  const stale = wanted.filter(outdated);
  for (const { name, file } of stale)
    console.error(`outdated: ${name}: its text is not exactly once in ${file}`);
  if (stale.length > 0 || wanted.length === 0) return 1;
  const copies = Array.from({ length: Math.min(availableParallelism(), 4) }, () => new Copy());
  try {
    const red = await copies[0]?.firstRed();
    if (red !== null) {
      console.error(`Without any mutation a test is red: ${red}`);
      return 1;
    }
    const queue = [...wanted];
    let survived = 0;
    await Promise.all(
      copies.map(async (copy) => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const red = await copy.firstRedUnder(next);
          if (red === null) survived += 1;
          console.log(
            red === null ? `SURVIVED  ${next.name} (${next.file})` : `red  ${next.name}\n     ${red}`,
          );
        }
      }),
    );
    console.log(`${wanted.length - survived} of ${wanted.length} mutations make a test red.`);
    return survived === 0 ? 0 : 1;
  } finally {
    for (const copy of copies) copy.remove();
  }
}

process.exitCode = await main(process.argv.slice(2));
