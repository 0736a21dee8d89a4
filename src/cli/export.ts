import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Config } from "../config.ts";
import { readPolicies } from "../services/policies.ts";
import type { Services } from "../services/services.ts";
import { type ExportFile, exportFile, exportFileNames, inspect } from "../tallyhook.ts";
import { type Command, exitCode, readArguments, readConfiguration, UsageError } from "./command.ts";

const flags = {
  from: { type: "string" },
  to: { type: "string" },
  clock: { type: "string" },
  month: { type: "string" },
  zone: { type: "string" },
  currency: { type: "string" },
  out: { type: "string" },
} as const;

export const exportCommand: Command = {
  usage:
    "<what> [--from TIME] [--to TIME] [--clock effective|posted] [--month YYYY-MM] [--zone ZONE] [--currency C] [--out FILE]",
  summary:
    "Writes a file for finance to standard output, or to FILE: all of one moment, as the API's /v1/exports gives it. --from\n" +
    "and --to are RFC 3339 times or days, from inclusive, to exclusive; a report of a month takes --month instead.\n" +
    `What: ${exportFileNames.join(", ")}.`,
  async run(argv) {
    const { values, positionals } = readArguments(argv, flags);
    const [what, ...others] = positionals;
    if (what === undefined || others.length > 0) throw new UsageError("Say what to export: one file.");
    const { out, ...asked } = values;
    const file = exportFile(what, asked);
    if (file.kind === "refused") throw new UsageError(file.problem);
    const config = readConfiguration();
    return inspect(config, (inspection) => write({ ...inspection, file, out: out ?? null, config }));
  },
};

interface Writing extends Omit<Services, "policies"> {
  readonly file: Extract<ExportFile, { kind: "file" }>;
  readonly out: string | null;
  readonly config: Config;
}

/** Nothing is migrated and no policy is numbered: whoever exports only looks. */
async function write({ file, out, config, ...inspection }: Writing): Promise<number> {
  const pending = await inspection.store.pendingMigrations();
  if (pending.length > 0) {
    process.stderr.write(`The database lacks ${pending.join(", ")}; run tallyhook migrate.\n`);
    return exitCode.incomplete;
  }
  const services = { ...inspection, policies: await readPolicies(inspection.store, config.policy) };
  if (out === null) await pipeline(file.pieces(services), process.stdout, { end: false });
  else await pipeline(file.pieces(services), createWriteStream(out));
  return exitCode.right;
}
