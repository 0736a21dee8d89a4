import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { eventId } from "../../../src/domain/ids.ts";
import { paddle } from "../../../src/providers/paddle/paddle.ts";
import type { Envelope, Normalised } from "../../../src/providers/provider.ts";
import { projectRoot } from "../../support/project-root.ts";

/** A Paddle event as JSON; the tests change it at will. */
export interface PaddleEvent {
  event_id: string;
  event_type: string;
  occurred_at: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are what somebody else sends, and tests break them on purpose.
  data: any;
}

const fixtures = join(projectRoot, "fixtures");

/** `transaction.completed/seed` */
export function fixture(name: string): PaddleEvent {
  return JSON.parse(readFileSync(join(fixtures, "paddle", `${name}.json`), "utf8"));
}

/** Every event of the fixtures and stories, under a name that finds it again. */
export function allEvents(): [name: string, event: PaddleEvent][] {
  const single = globSync("paddle/*/*.json", { cwd: fixtures }).filter(
    (file) => !file.endsWith(".expected.json"),
  );
  const stories = globSync("scenarios/*.jsonl", { cwd: fixtures });
  return [
    ...single.sort().map((file): [string, PaddleEvent] => [file, JSON.parse(read(file))]),
    ...stories.sort().flatMap((file) => linesOf(file).filter(([, event]) => "event_type" in event)),
  ];
}

function linesOf(file: string): [string, PaddleEvent][] {
  const lines = read(file).trimEnd().split("\n");
  return lines.map((line, index) => [`${file}:${index + 1}`, JSON.parse(line)]);
}

function read(file: string): string {
  return readFileSync(join(fixtures, file), "utf8");
}

export function bytesOf(event: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(event));
}

export function envelopeOf(body: Uint8Array): Envelope {
  const envelope = paddle.readEnvelope(body);
  if (envelope.kind === "refused") throw new Error(`${envelope.code}: ${envelope.detail}`);
  return envelope;
}

export function normalised(event: unknown): Normalised {
  return normalisedBytes(bytesOf(event));
}

export function normalisedBytes(body: Uint8Array): Normalised {
  const envelope = envelopeOf(body);
  return paddle.normalise(
    envelope,
    eventId({ provider: "paddle", account: "default" }, envelope.providerEventId),
  );
}

/** The event with one value of its data replaced; `undefined` takes the key away. */
export function withData(event: PaddleEvent, path: string, value: unknown): PaddleEvent {
  const copy = structuredClone(event);
  const keys = path.split(".");
  const last = keys.pop() as string;
  let target = copy.data;
  for (const key of keys) target = target[key];
  if (value === undefined) delete target[last];
  else target[last] = value;
  return copy;
}
