import { hash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type RecordedFixture, type RecordOptions, recordFixtures } from "../services/recording/record.ts";
import { command, exitCode, jsonOption, readConfiguration, UsageError } from "./kit/command.ts";
import { print, printJson, table } from "./kit/output.ts";
import { withServices } from "./kit/with-services.ts";

export const recordCommand = command({
  description:
    "Saves what the inbox received as fixtures, <provider>/<event.type>/<event id>.json below DIR, ready to be replayed.",
  options: {
    redact: {
      type: "boolean",
      says: "replace personal data, the same value by the same replacement everywhere; figures stay",
    },
    out: { type: "string", takes: "DIR", says: "the folder to write into", default: "recorded" },
    type: { type: "string", takes: "T", says: "events of this type alone, such as invoice.paid" },
    limit: { type: "string", takes: "N", says: "the newest N" },
    json: jsonOption,
  },
  async run({ redact, out, type = null, limit, json }) {
    const options: RecordOptions = { type, limit: readLimit(limit), redact };
    return withServices(readConfiguration(), async (services) => {
      if (!redact) warn();
      const files: Saved[] = [];
      for await (const fixture of recordFixtures(services, options)) files.push(save(fixture, out));
      if (json) printJson({ out, redacted: redact, saved: files.length, files: files.map(nameOf) });
      else print(describe(files, out));
      return exitCode.right;
    });
  },
});

interface Saved {
  readonly type: string;
  readonly file: string;
}

const nameOf = ({ file }: Saved): string => file;

function readLimit(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError("--limit must be a whole number from 1.");
}

function warn(): void {
  process.stderr.write(
    "These bodies hold personal data (names, addresses, e-mail, cards). Use --redact for what others may see.\n",
  );
}

function save({ provider, account, type, eventId, text }: RecordedFixture, out: string): Saved {
  const name = account === "default" ? eventId : `${eventId}@${account}`;
  const file = join(out, provider, safeName(type), `${safeName(name)}.json`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  return { type: `${provider} ${type}`, file };
}

const longestFileName = 200;

/** An id is whatever a provider says: it must not lead out of the folder, nor be too long for one. */
function safeName(text: string): string {
  const safe = encodeURIComponent(text)
    .replaceAll("%40", "@")
    .replaceAll(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
    .replace(/^\./, "%2E");
  if (safe.length <= longestFileName) return safe;
  return `${safe.slice(0, longestFileName - 17)}-${hash("sha256", text, "hex").slice(0, 16)}`;
}

function describe(files: readonly Saved[], out: string): string {
  const counts = [...Map.groupBy(files, ({ type }) => type)].sort();
  const rows = counts.map(([type, all]) => [type, String(all.length)]);
  const lines = files.length === 0 ? [] : [table(["event type", "saved"], rows, ["saved"])];
  return [...lines, `${files.length} ${files.length === 1 ? "event" : "events"} saved in ${out}.`].join("\n");
}
