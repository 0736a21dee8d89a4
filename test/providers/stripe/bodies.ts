import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Fact } from "../../../src/domain/facts/facts.ts";
import { eventId } from "../../../src/domain/ids.ts";
import type { Envelope, Normalised } from "../../../src/providers/provider.ts";
import { stripe } from "../../../src/providers/stripe/stripe.ts";
import { projectRoot } from "../../support/project-root.ts";

/** A Stripe event as JSON; the tests change it at will. */
export interface StripeEvent {
  id: string;
  object: string;
  type: string;
  created: number;
  api_version: string;
  livemode: boolean;
  account?: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are what somebody else sends, and tests break them on purpose.
  data: any;
}

const fixtures = join(projectRoot, "fixtures");

/** `invoice.paid/renewal-2020` */
export function fixture(name: string): StripeEvent {
  return JSON.parse(readFileSync(join(fixtures, "stripe", `${name}.json`), "utf8"));
}

/** Every event of the fixtures and stories, under a name that finds it again. */
export function allEvents(): [name: string, event: StripeEvent][] {
  const single = globSync("stripe/*/*.json", { cwd: fixtures }).filter(
    (file) => !file.endsWith(".expected.json"),
  );
  const stories = globSync("scenarios/*.jsonl", { cwd: fixtures });
  return [
    ...single.sort().map((file): [string, StripeEvent] => [file, JSON.parse(read(file))]),
    ...stories.sort().flatMap((file) => linesOf(file).filter(([, event]) => event.object === "event")),
  ];
}

function linesOf(file: string): [string, StripeEvent][] {
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
  const envelope = stripe.readEnvelope(body);
  if (envelope.kind === "refused") throw new Error(`${envelope.code}: ${envelope.detail}`);
  return envelope;
}

export function normalised(event: unknown): Normalised {
  return normalisedBytes(bytesOf(event));
}

export function normalisedBytes(body: Uint8Array): Normalised {
  const envelope = envelopeOf(body);
  const id = eventId({ provider: "stripe", account: "default" }, envelope.providerEventId);
  return stripe.normalise(envelope, id);
}

/** The facts of an event that has some. */
export function factsOf(event: StripeEvent): readonly Fact[] {
  const result = normalised(event);
  if (result.kind === "facts") return result.facts;
  throw new Error(
    `${event.type}: ${result.kind} ${result.reason} ${"detail" in result ? result.detail : ""}`,
  );
}

/** The only fact of an event, which must be of this kind. */
export function factOf<Kind extends Fact["kind"]>(
  kind: Kind,
  event: StripeEvent,
): Extract<Fact, { kind: Kind }> {
  const facts = factsOf(event);
  expect(facts.map((fact) => fact.kind)).toEqual([kind]);
  return facts[0] as Extract<Fact, { kind: Kind }>;
}

/** What became of it, with the place that a person is pointed to. */
export function parkedAs(event: StripeEvent): string {
  const result = normalised(event);
  return result.kind === "parked" ? `${result.reason} ${result.detail}` : result.kind;
}

/** The event with some values of its object replaced, each under its path; `undefined` takes the key away. */
export function withObject(event: StripeEvent, changes: Readonly<Record<string, unknown>>): StripeEvent {
  const copy = structuredClone(event);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    let target = copy.data.object;
    for (const key of keys) target = target[key];
    if (value === undefined) delete target[last];
    else target[last] = value;
  }
  return copy;
}
