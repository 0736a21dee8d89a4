import { findCases, type RecordedEvent } from "../../src/cli/kit/cases.ts";

/** Numbers between 0 and 1 that a seed decides. */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a field may hold by mistake or by malice. */
const values: readonly Json[] = [
  ...[null, true, false, 0, 1, -1, 1.5, -0, 1e21, 2 ** 53, -(2 ** 53), 9007199254740991],
  ...["", " ", "x", "0", "-1", "1.5", "1e3", "007", "9223372036854775807", "9223372036854775808", "null"],
  ...["USD", "EUR", "JPY", "usd", "XXX", "BTC", "\u0000", "\ud800", "a.b:c", "é", "x".repeat(300)],
  ...["2023-13-40T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999Z", "2023-10-18"],
  ...[
    [],
    {},
    [null],
    [[]],
    { id: "x" },
    [{ id: "x" }, { id: "x" }],
    { "": 0 },
    { __proto__: null, constructor: 1 },
  ],
];

/** A body whose objects are nobody else's, with up to three of its fields changed at random. */
export class MutatedBodies {
  readonly #random: Random;
  readonly #stories: readonly (readonly RecordedEvent[])[];
  #rest: RecordedEvent[] = [];
  #story = 0;
  #count = 0;

  constructor(random: Random, fixtures: string) {
    this.#random = random;
    this.#stories = findCases([fixtures])
      .filter(({ policyFile }) => policyFile === null)
      .map(({ events }) => events);
  }

  /** The next event of a recorded story, which is told under names of its own; and what was changed in it. */
  next(): {
    readonly provider: RecordedEvent["provider"];
    readonly body: Buffer;
    readonly changed: readonly string[];
  } {
    if (this.#rest.length === 0) {
      this.#story += 1;
      // Each story several times over: what one telling says is contradicted by the next.
      this.#rest = [...this.#pick(this.#stories), ...this.#pick(this.#stories)].flatMap((event) => [
        event,
        event,
      ]);
    }
    const { provider, body } = this.#rest.shift() as RecordedEvent;
    this.#count += 1;
    const event = renamed(JSON.parse(Buffer.from(body).toString()), `m${this.#story}`) as {
      [key: string]: Json;
    };
    const id = provider === "paddle" ? "event_id" : "id";
    if (this.#random() < 0.8) event[id] = `${event[id]}x${this.#count}`;
    const changed = Array.from({ length: Math.floor(this.#random() * 4) }, () => this.#mutate(event));
    return { provider, body: Buffer.from(JSON.stringify(event)), changed };
  }

  /** Changes one field somewhere below the envelope, or now and then of it. */
  #mutate(event: { [key: string]: Json }): string {
    const content = this.#random() < 0.95 ? event.data : event;
    const places = placesIn(content ?? event, "").filter(({ key }) => !naming.has(key));
    if (places.length === 0) return "nothing";
    const { holder, key, path } = this.#pick(places);
    const is = holder[key as never] as Json;
    const kind = Math.floor(this.#random() * 8);
    if (kind === 0 && !Array.isArray(holder)) delete holder[key];
    else if (kind === 1 && Array.isArray(is)) is.push(...structuredClone(is));
    else if (kind === 2 && Array.isArray(is)) is.pop();
    else if (kind === 3 && typeof is === "string") holder[key as never] = `-${is}` as never;
    else if (kind === 4 && typeof is === "string" && /^\d+$/.test(is))
      holder[key as never] = String(BigInt(is) + BigInt(Math.floor(this.#random() * 2000) - 1000)) as never;
    else if (kind === 4 && typeof is === "number")
      holder[key as never] = (is + Math.floor(this.#random() * 2000) - 1000) as never;
    else if (kind === 5) holder[key as never] = structuredClone(placeValue(this.#pick(places))) as never;
    else holder[key as never] = structuredClone(this.#pick(values)) as never;
    return `${path}: ${JSON.stringify(is)?.slice(0, 60)} -> ${JSON.stringify(holder[key as never])?.slice(0, 60)}`;
  }

  #pick<Of>(list: readonly Of[]): Of {
    return list[Math.floor(this.#random() * list.length)] as Of;
  }
}

/** One object that is stated of two others is a contradiction of its own, which is tested where it is decided. */
const naming = new Set([
  "id",
  "transaction_id",
  "charge",
  "payment_intent",
  "invoice",
  "source",
  "balance_transactions",
]);

interface Place {
  readonly holder: { [key: string]: Json };
  readonly key: string;
  readonly path: string;
}

const placeValue = ({ holder, key }: Place): Json => holder[key] ?? null;

function placesIn(value: Json, path: string): Place[] {
  if (value === null || typeof value !== "object") return [];
  const holder = value as { [key: string]: Json };
  return Object.keys(holder).flatMap((key) => {
    const here = `${path}/${key}`;
    return [{ holder, key, path: here }, ...placesIn(holder[key] ?? null, here)];
  });
}

const providersId = /^[a-z]+_[A-Za-z0-9_]+$/;

/** The same with every id of a provider's made another. */
function renamed(value: Json, by: string): Json {
  if (typeof value === "string") return providersId.test(value) && /\d/.test(value) ? `${value}${by}` : value;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((part) => renamed(part, by));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, renamed(part, by)]));
}
