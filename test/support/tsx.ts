/**
 * Pages are TSX, which Node does not read by itself: it strips types, and leaves markup. Everything else of the sources is
 * loaded by Node as it stands.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { type Options, transformSync } from "@swc/core";

const options: Options = {
  jsc: {
    target: "es2024",
    parser: { syntax: "typescript", tsx: true },
    transform: { react: { runtime: "automatic", importSource: "preact" } },
  },
  module: { type: "es6" },
  sourceMaps: "inline",
};

registerHooks({
  load(url, context, next) {
    if (!new URL(url).pathname.endsWith(".tsx")) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, "utf8"), { ...options, filename });
    return { format: "module", source: code, shortCircuit: true };
  },
});

// Hooks are a thread's own: a thread that the sources start loads what its process was told to load first.
if (!process.execArgv.includes(import.meta.url)) process.execArgv.push("--import", import.meta.url);
