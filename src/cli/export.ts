import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Config } from "../config.ts";
import { readPolicies } from "../services/charges/policies.ts";
import { bothClocks } from "../services/documents/parameters.ts";
import type { Services } from "../services/services.ts";
import { type ExportFile, exportFile, exportFileNames, inspect } from "../tallyhook.ts";
import { command, exitCode, readConfiguration, UsageError } from "./kit/command.ts";
import { fromOption, toOption } from "./kit/options.ts";

export const exportCommand = command({
  description:
    "Writes a file for finance to standard output, or to FILE: all of one moment, as the API's /v1/exports gives it. A report " +
    "of a month takes --month instead of --from and --to.",
  arguments: [{ takes: "<what>", says: `${exportFileNames.join(", ")}`, choices: exportFileNames }],
  options: {
    from: fromOption,
    to: toOption,
    clock: {
      type: "string",
      takes: "CLOCK",
      says: "the provider's clock, or ours",
      choices: bothClocks,
    },
    month: { type: "string", takes: "YYYY-MM", says: "of a report: the month" },
    zone: { type: "string", takes: "ZONE", says: "where the month begins and ends, such as Europe/Berlin" },
    currency: { type: "string", takes: "C", says: "of a report: this currency alone" },
    units: {
      type: "string",
      takes: "UNITS",
      says: "amounts in the smallest unit of their currency, as the API has them (minor), or as people write them (major)",
      choices: ["minor", "major"],
    },
    out: { type: "string", takes: "FILE", says: "write to this file" },
  },
  async run({ out, ...values }, [what, ...others]) {
    if (what === undefined || others.length > 0) throw new UsageError("Say what to export: one file.");
    const asked = Object.entries(values).filter((said): said is [string, string] => said[1] !== undefined);
    const file = exportFile(what, Object.fromEntries(asked));
    if (file.kind === "refused") throw new UsageError(file.problem);
    const config = readConfiguration();
    return inspect(config, (inspection) => write({ ...inspection, file, out: out ?? null, config }));
  },
});

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
