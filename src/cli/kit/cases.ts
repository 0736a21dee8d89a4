import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { type OwnProvider, providerNames } from "../../domain/ids.ts";
import { UsageError } from "./command.ts";

/** A recorded body, as bytes, and whose it is. */
export interface RecordedEvent {
  readonly provider: OwnProvider;
  readonly body: Uint8Array;
}

/** A file of recorded bodies, which are posted in their order to one database, and what that should lead to. */
export interface Case {
  /** The file's path as it was given, or below the folder that was. */
  readonly name: string;
  readonly events: readonly RecordedEvent[];
  /** `<case>.expected.json`; it may not exist yet. */
  readonly goldenFile: string;
  /** `<case>.policy.json`, if the case has a policy of its own. */
  readonly policyFile: string | null;
}

const sidecar = /\.(?:expected|policy)\.json$/;

/**
 * The cases in files and folders, folders in the order of their names: `.json` holds one event or an array of them,
 * `.jsonl` one event a line.
 * @throws UsageError if there is nothing to read, or nobody can tell whose event one is
 */
export function findCases(paths: readonly string[]): Case[] {
  const cases = paths.flatMap((path) => filesIn(path).map((file) => readCase(file, path)));
  if (cases.length === 0) throw new UsageError(`There is no .json or .jsonl file in ${paths.join(", ")}.`);
  return cases;
}

function filesIn(path: string): string[] {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined) throw new UsageError(`There is no ${path}.`);
  if (!entry.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.jsonl?$/.test(name) && !sidecar.test(name))
    .sort()
    .map((name) => join(path, name));
}

function readCase(file: string, given: string): Case {
  const base = file.replace(/\.jsonl?$/, "");
  const policyFile = `${base}.policy.json`;
  return {
    name: file === given ? file : relative(given, file),
    events: bodiesIn(file).map((body) => ({ provider: providerOf(body, file), body })),
    goldenFile: `${base}.expected.json`,
    policyFile: existsSync(policyFile) ? policyFile : null,
  };
}

/** One event keeps its bytes; the events of an array are written anew. */
function bodiesIn(file: string): Buffer[] {
  const bytes = readFileSync(file);
  if (file.endsWith(".jsonl")) {
    const lines = bytes.toString("utf8").split("\n");
    return lines.filter((line) => line.trim() !== "").map((line) => Buffer.from(line));
  }
  const document = parsed(bytes);
  if (!Array.isArray(document)) return [bytes];
  return document.map((event) => Buffer.from(JSON.stringify(event)));
}

/** An event tells by its own form, what is none by the folder it lies in. */
function providerOf(body: Buffer, file: string): OwnProvider {
  const event = parsed(body);
  if (typeof event === "object" && event !== null) {
    if ("event_type" in event) return "paddle";
    if ("object" in event && /^(?:event|v2\.core\.event)$/.test(String(event.object))) return "stripe";
  }
  const folder = providerNames.find((name) => file.split(/[\\/]/).includes(name));
  if (folder === undefined)
    throw new UsageError(
      `${file}: an event is recognised by event_type (Paddle) or object: "event" (Stripe).`,
    );
  return folder;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
