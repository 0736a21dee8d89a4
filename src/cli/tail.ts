import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { outcomes } from "../domain/event.ts";
import { providerNames } from "../domain/ids.ts";
import { formatInstant } from "../domain/time.ts";
import {
  chargesOfEvent,
  type EventFilter,
  type EventSummary,
  listEvents,
} from "../store/inbox/read/events.ts";
import { type Inspection, inspect } from "../tallyhook.ts";
import { command, exitCode, readConfiguration, UsageError } from "./kit/command.ts";
import { readProvider } from "./kit/options.ts";
import { print } from "./kit/output.ts";
import { whileNotStopped } from "./kit/signals.ts";

/** What arrives in one look and is more than this is shown from here on. */
const window = 200;
const everyMilliseconds = 500;

export const tailCommand = command({
  description:
    "Shows events as they arrive and what became of them, one a line, until it is told to stop; one that becomes something " +
    "else, such as applied after it waited, is shown again. It looks into the database, beside the server. With --json each line " +
    "is a JSON document.",
  options: {
    provider: { type: "string", takes: "P", says: "of this one alone", choices: providerNames },
    type: { type: "string", takes: "T", says: "of this type alone, such as invoice.paid" },
    outcome: { type: "string", takes: "O", says: "with this outcome alone", choices: outcomes },
    last: { type: "string", takes: "N", says: "begin with so many that have arrived", default: "10" },
    once: { type: "boolean", says: "show those, and end" },
    json: { type: "boolean", says: "print one JSON document a line" },
  },
  async run({ provider, type, outcome, last, once, json }) {
    const filter: EventFilter = {
      provider: provider === undefined ? undefined : readProvider(provider),
      type,
      outcome: outcomes.find((known) => known === outcome),
    };
    if (outcome !== undefined && filter.outcome === undefined)
      throw new UsageError(`--outcome must be one of ${outcomes.join(", ")}.`);
    const first = readLast(last);
    const show = (stopping: AbortSignal) =>
      inspect(readConfiguration(), async (services) => {
        const seen = await showNews(services, { filter, json, first, seen: null });
        while (!once && !stopping.aborted) {
          await sleep(everyMilliseconds, undefined, { signal: stopping }).catch(() => {});
          if (!stopping.aborted) await showNews(services, { filter, json, first, seen });
        }
        return exitCode.right;
      });
    return whileNotStopped(show);
  },
});

function readLast(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= window) return Number(text);
  throw new UsageError(`--last must be a whole number from 0 to ${window}.`);
}

interface Look {
  readonly filter: EventFilter;
  readonly json: boolean;
  /** How many of those are shown that were there before. */
  readonly first: number;
  /** What was shown of each; `null` before the first look. */
  readonly seen: Map<string, string> | null;
}

async function showNews(
  services: Inspection,
  { filter, json, first, seen }: Look,
): Promise<Map<string, string>> {
  const { rows } = await listEvents(services.store.read, filter, { limit: window, after: null });
  const known = seen ?? new Map<string, string>();
  const news = rows.filter((event) => known.get(event.id) !== standing(event));
  for (const event of (seen === null ? news.slice(0, first) : news).reverse()) {
    const charges = await chargesOfEvent(services.store.read, event.id);
    print(json ? JSON.stringify(documentOf(event, charges)) : lineOf(event, charges));
  }
  for (const event of rows) known.set(event.id, standing(event));
  return known;
}

const standing = ({ outcome, reason, attempts }: EventSummary): string => `${outcome} ${reason} ${attempts}`;

function documentOf(event: EventSummary, charges: readonly string[]) {
  return {
    received_at: formatInstant(event.receivedAt),
    provider: event.provider,
    type: event.type,
    outcome: event.outcome,
    reason: event.reason,
    event_id: event.id,
    provider_event_id: event.providerEventId,
    charge_ids: charges,
  };
}

const colours = {
  applied: "green",
  ignored: "gray",
  waiting: "yellow",
  parked: "red",
  failed: "red",
} as const satisfies Record<EventSummary["outcome"], string>;

function lineOf(event: EventSummary, charges: readonly string[]): string {
  const { outcome, reason, provider, type, receivedAt, id } = event;
  const time = formatInstant(receivedAt).slice(11, 19);
  const about = [reason === null ? "" : `(${reason})`, id, ...charges].filter((word) => word !== "");
  return `${time} ${styleText(colours[outcome], outcome.padEnd(8))}${provider} ${type} ${about.join(" ")}`;
}
