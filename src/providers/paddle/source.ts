import {
  formatInstant,
  type Instant,
  isZeroTime,
  nanosecondsPerDay,
  parseInstant,
} from "../../domain/time.ts";
import { bodyOf, type ListedObjectRow, ownKey, SeenPages } from "../kit/listed-rows.ts";
import {
  type Destination,
  type ListPage,
  type ProviderSource,
  type SourceKind,
  type Telling,
  unreadableOf,
  type Window,
  withoutQuery,
} from "../source.ts";
import {
  listedRows,
  type PaddleAccess,
  type PaddleList,
  type PaddleListName,
  PaddleLists,
  paddleLists,
  paddlePermissions,
} from "./listing.ts";

/** A notification setting; one that is a mail to somebody is none. */
export function destinationOf(setting: ListedObjectRow): Destination[] {
  const { type, destination, active, subscribed_events: events, traffic_source: traffic } = setting;
  const { api_version: version } = setting;
  if (type === "email") return [];
  return [
    {
      url: withoutQuery(String(destination)),
      isActive: active === true,
      eventTypes: namesOf(events),
      payload: "snapshot",
      apiVersion: version == null ? null : String(version),
      traffic: traffic === "simulation" || traffic === "all" ? traffic : "platform",
    },
  ];
}

function namesOf(events: unknown): string[] {
  if (!Array.isArray(events)) return [];
  return events.flatMap((event: { name?: unknown } | null) =>
    typeof event?.name === "string" ? [event.name] : [],
  );
}

/** An event of Paddle's list: what a webhook would have carried, without the id of a delivery. */
export function eventTelling(row: ListedObjectRow): Telling {
  return { ref: String(row.event_id), object: row, body: bodyOf(row), asOfNow: null, isEvent: true };
}

/** A transaction or an adjustment as it is now, as an event that says so at the time it was last changed. */
export function objectTelling(
  object: "transaction" | "adjustment",
  row: ListedObjectRow,
  askedAt: Instant,
): Telling {
  const ref = String(row.id);
  const saidAt = (at: string) =>
    bodyOf({
      event_id: ownKey(object, { ref, at, row }),
      event_type: `${object}.updated`,
      occurred_at: at,
      data: row,
    });
  const [body, asOfNow] = [saidAt(lastChange(row)), saidAt(formatInstant(askedAt))];
  return { ref, object: row, body, asOfNow, isEvent: false };
}

/** Adjustments have been seen with an `updated_at` of the year 1. */
function lastChange({ updated_at: updated, created_at: created }: ListedObjectRow): string {
  return String(typeof updated === "string" && !isZeroTime(updated) ? updated : created);
}

/**
 * Events are kept for 90 days. Adjustments cannot be asked for by any time: their list tells new ones, and what became of
 * those that were pending is looked up.
 */
const kinds: readonly SourceKind[] = [
  { name: "events", kept: 90n * nanosecondsPerDay, listsChanges: true },
  { name: "transactions", kept: null, listsChanges: true },
  { name: "adjustments", kept: null, listsChanges: false },
];

type KindName = Exclude<PaddleList, "customers">;

interface ListOfKind {
  readonly perPage: number;
  /** The field that names a row. */
  readonly key: string;
  /** The field that tells whether a row is older than was asked for. */
  readonly time: string;
  telling(row: ListedObjectRow, askedAt: Instant): Telling;
}

const listings: Readonly<Record<KindName, ListOfKind>> = {
  events: { perPage: 200, key: "event_id", time: "occurred_at", telling: eventTelling },
  transactions: {
    perPage: 30,
    key: "id",
    time: "updated_at",
    telling: (row, askedAt) => objectTelling("transaction", row, askedAt),
  },
  adjustments: {
    perPage: 50,
    key: "id",
    time: "created_at",
    telling: (row, askedAt) => objectTelling("adjustment", row, askedAt),
  },
};

/** Paddle, asked through its API. `now` is our clock: it dates what Paddle states without a time of its own. */
export function paddleSource(access: PaddleAccess, now: () => Instant): ProviderSource {
  const lists = new PaddleLists(access);
  const asked = new Asked(lists, now);
  return {
    provider: "paddle",
    kinds,
    pages: (kind, window) =>
      kind === "transactions"
        ? asked.changedTransactions(window)
        : asked.newestFirst(kind as KindName, window),
    lists: paddleLists,
    listed: (list, asking) => listedRows(lists, list as PaddleListName, asking),
    lookUp: (refs) => asked.lookUp(refs),
    newestVersion: "1",
    destinations: async () => (await lists.notificationSettings()).flatMap(destinationOf),
    unreadable: () => unreadableOf(paddlePermissions, (list) => lists.mayRead(list)),
    // Paddle states no balance, and lists nothing that would sum up to it.
    balancesAt: async () => [],
    // Its events carry what they are about, and name no account.
    told: async () => ({ kind: "gone" }),
    ownAccount: async () => null,
    knownAccount: null,
  };
}

/** As many as a query of theirs may name. */
const lookedUpAtOnce = 30;

type Query = Readonly<Record<string, string | readonly string[] | null>>;

class Asked {
  readonly #lists: PaddleLists;
  readonly #now: () => Instant;

  constructor(lists: PaddleLists, now: () => Instant) {
    this.#lists = lists;
    this.#now = now;
  }

  /** In the order of their changes: one that is changed meanwhile moves to the end, and is not missed. */
  changedTransactions({ from, to, after }: Window): AsyncGenerator<ListPage> {
    const query = {
      "updatedAt[GTE]": from === null ? null : formatInstant(from),
      "updatedAt[LT]": formatInstant(to),
      orderBy: "updated_at[ASC]",
    };
    return this.#pages("transactions", query, after);
  }

  /** Ids begin with the time they were made at: the list ends where rows are older than was asked for. */
  async *newestFirst(name: KindName, { from, to, after }: Window): AsyncGenerator<ListPage> {
    const { time } = listings[name];
    for await (const page of this.#pages(name, { orderBy: "id[DESC]" }, after)) {
      const times = page.tellings.map(({ object }) => instantOf(object[time]));
      const wanted = page.tellings.filter((_, index) => isWithin(times[index] ?? null, from, to));
      yield { ...page, tellings: wanted };
      if (from !== null && times.some((at) => at !== null && at < from)) return;
    }
  }

  /** By their ids: transactions that are known only by what was adjusted, adjustments that were still pending. */
  async *lookUp(refs: readonly string[]): AsyncGenerator<ListPage> {
    for (const name of ["transactions", "adjustments"] as const) {
      const own = refs.filter((ref) => ref.startsWith(name === "transactions" ? "txn_" : "adj_"));
      for (let start = 0; start < own.length; start += lookedUpAtOnce) {
        yield* this.#pages(name, { id: own.slice(start, start + lookedUpAtOnce) });
      }
    }
  }

  async *#pages(name: KindName, query: Query, begin: Window["after"] = null): AsyncGenerator<ListPage> {
    const { perPage, key, telling } = listings[name];
    const seen = new SeenPages();
    let after = begin;
    for (let hasMore = true; hasMore; ) {
      const page = await this.#lists.page(name, { ...query, perPage, after });
      const [first] = page.rows;
      if (first === undefined) return;
      seen.see(String(first[key]), { provider: "paddle", name });
      after = String(page.rows.at(-1)?.[key]);
      const askedAt = this.#now();
      yield { tellings: page.rows.map((row) => telling(row, askedAt)), after };
      hasMore = page.hasMore;
    }
  }
}

function isWithin(at: Instant | null, from: Instant | null, to: Instant): boolean {
  return at === null || (at < to && (from === null || at >= from));
}

function instantOf(value: unknown): Instant | null {
  return typeof value === "string" ? (parseInstant(value) ?? null) : null;
}
