#!/usr/bin/env node
import module from "node:module";
import { nodeVersionProblem } from "../node-version.ts";

const configurationError = 78;

// Whoever reads the answer may stop early: `tallyhook audit | head`.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const problem = nodeVersionProblem();
if (problem === undefined) {
  // What was compiled once is kept in the system's temporary folder: the next start takes two thirds of the time.
  module.enableCompileCache?.();
  const { run } = await import("./kit/run.ts");
  process.exitCode = await run(process.argv.slice(2));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = configurationError;
}
