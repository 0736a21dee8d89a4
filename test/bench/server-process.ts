import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export interface ServerProcess {
  readonly origin: string;
  /** Microseconds of CPU that its process has taken so far; `undefined` where the system does not say. */
  cpu(): number | undefined;
  signal(name: NodeJS.Signals): void;
  close(): Promise<void>;
}

/** Starts a script that prints `listening on http://…` in a process of its own, so that client and server share no thread. */
export async function startServer(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "silent", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return {
    origin: await originOf(child),
    cpu: () => cpuOf(child.pid ?? 0),
    signal: (name) => void child.kill(name),
    close: () => stop(child),
  };
}

async function originOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("The server has no standard output.");
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /listening on (http:\/\/\S+)/.exec(line);
    if (match?.[1] !== undefined) return match[1];
  }
  throw new Error("The server ended before it listened.");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

/** Linux counts hundredths of a second, of the process and of the kernel for it, in the 14th and 15th word. */
function cpuOf(pid: number): number | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const words = readFileSync(file, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(words[11]) + Number(words[12])) * 10_000;
}
