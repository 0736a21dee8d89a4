import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { run as runCommand } from "../../src/cli/kit/run.ts";
import { projectRoot } from "../support/project-root.ts";

export const fixtures = join(projectRoot, "fixtures");
export const seedFile = join(fixtures, "paddle/transaction.completed/seed.json");

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs, as its own process. */
export interface Started {
  /** Resolves with the first line of standard output that matches. */
  line(pattern: RegExp): Promise<RegExpMatchArray>;
  stop(signal: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

const running = new Set<ChildProcess>();

/** A test that fails half-way leaves nothing behind: `afterEach(killAll)`. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Runs the built command line in `folder`, with nothing of this process's environment but PATH. */
export function start(
  folder: string,
  words: readonly string[],
  environment: Record<string, string> = {},
): Started {
  const main = join(projectRoot, "dist/cli/main.js");
  const child = spawn(process.execPath, [main, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  running.add(child);
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code) => {
      running.delete(child);
      resolve({ code, out, err });
    });
  });
  return {
    finished,
    stop: (signal) => child.kill(signal),
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = out.match(pattern);
          if (match !== null) resolve(match);
        };
        child.stdout.on("data", look);
        child.on("close", () => reject(new Error(`It ended without ${pattern}: ${out}${err}`)));
        look();
      }),
  };
}

export function run(
  folder: string,
  words: readonly string[],
  environment?: Record<string, string>,
): Promise<Finished> {
  return start(folder, words, environment).finished;
}

/** The same in this process, for what ends by itself: a process of its own takes most of a second to start. */
export async function runHere(
  folder: string,
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  const [itsFolder, itsEnvironment] = [process.cwd(), process.env];
  process.chdir(folder);
  process.env = { PATH: itsEnvironment.PATH, ...environment };
  const printed = { out: "", err: "" };
  const { stdout, stderr } = process;
  const originals = [stdout.write, stderr.write] as const;
  const keep = (stream: "out" | "err") => (text: unknown) => {
    printed[stream] += String(text);
    return true;
  };
  stdout.write = keep("out");
  stderr.write = keep("err");
  try {
    const code = await runCommand(words);
    return { code, ...printed };
  } finally {
    [stdout.write, stderr.write] = originals;
    process.chdir(itsFolder);
    process.env = itsEnvironment;
  }
}
