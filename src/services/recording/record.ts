import { hash, randomBytes } from "node:crypto";
import type { ProviderName } from "../../domain/ids.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { listEvents } from "../../store/inbox/read/events.ts";
import { readEvent } from "../inbox/read-events.ts";
import type { Services } from "../services.ts";
import { Redactor, rewriteJson } from "./redact.ts";

export interface RecordOptions {
  /** `null` records all types. */
  readonly type: string | null;
  /** How many at most, the newest; `null` records all. */
  readonly limit: number | null;
  readonly redact: boolean;
}

/** What the inbox received, as a fixture's file would hold it. */
export interface RecordedFixture {
  readonly provider: ProviderName;
  readonly account: string;
  readonly type: string;
  readonly eventId: string;
  /** The same data as the stored bytes, indented. */
  readonly text: string;
}

const pageSize = 100;
const utf8 = new TextDecoder("utf-8");

/** Stored events as fixtures, the newest first. */
export async function* recordFixtures(
  services: Services,
  { type, limit, redact }: RecordOptions,
): AsyncGenerator<RecordedFixture> {
  const redactor = redact ? redactorOf(services) : null;
  let left = limit ?? Number.POSITIVE_INFINITY;
  for (let after: string | null = null; ; ) {
    const filter = type === null ? {} : { type };
    const page = await listEvents(services.store.read, filter, { limit: Math.min(left, pageSize), after });
    for (const { id } of page.rows) {
      const detail = await readEvent(services, id);
      if (detail !== undefined) yield fixtureOf(detail.event, redactor);
    }
    left -= page.rows.length;
    after = page.next;
    if (after === null || left <= 0) return;
  }
}

function fixtureOf(
  event: {
    provider: ProviderName;
    account: string;
    type: string;
    providerEventId: string;
    body: Uint8Array;
  },
  redactor: Redactor | null,
): RecordedFixture {
  const { provider, account, type, providerEventId: eventId } = event;
  const body = utf8.decode(event.body);
  const said = { provider, account, type, eventId };
  if (redactor === null) return { ...said, text: `${rewriteJson(body, asIs)}\n` };
  return {
    ...said,
    type: redactor.value(type, { key: "event_type", path: [] }),
    eventId: redactor.value(eventId, { key: "event_id", path: [] }),
    text: `${redactor.body(body)}\n`,
  };
}

const asIs = { scalar: (token: string) => token, name: (token: string) => token };

/**
 * Its secret comes from those of the webhooks: recording again gives the same replacements, and nobody who has only the
 * fixtures can check a guess. Without any it is thrown away with the process.
 */
function redactorOf({ providers, policies }: Services): Redactor {
  const secrets = [...providers.values()].flatMap(({ secrets }) => secrets.map(({ secret }) => secret));
  const secret =
    secrets.length === 0
      ? randomBytes(32).toString("hex")
      : hash("sha256", `redaction ${JSON.stringify(secrets)}`, "hex");
  const matched = matchedMetadata(policies.current);
  return new Redactor({ secret, isMatchedOn: (key, value) => matched.has(JSON.stringify([key, value])) });
}

function matchedMetadata({ rules }: Policy): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ match }) => Object.entries(match.metadata ?? {}).map((pair) => JSON.stringify(pair))),
  );
}
