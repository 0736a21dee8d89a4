import { sql } from "kysely";
import type { AddedFact } from "../../domain/books.ts";
import { type Contested, nothingContested } from "../../domain/facts/claims.ts";
import type { ChargeFact, Fact } from "../../domain/facts/facts.ts";
import type { TransferFact } from "../../domain/facts/transfer-facts.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { live } from "../../domain/place/live.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded } from "../loaded.ts";
import type { FactRow } from "../schema.ts";
import { factIn, factText } from "./nouns/fact.ts";

type ReadFact = Pick<FactRow, "subject_no" | "event_no" | "position" | "body" | "contested" | "heard">;

const readColumns = ["subject_no", "event_no", "position", "body", "contested", "heard"] as const;

const selectLive = selectByKeys<bigint, ReadFact>(({ trx }, subjects) =>
  trx
    .selectFrom("facts")
    .select(readColumns)
    .where("subject_no", "in", subjects)
    .where("superseded", "=", sql<bigint>`0`),
);

const selectAll = selectByKeys<bigint, ReadFact>(({ trx }, subjects) =>
  trx.selectFrom("facts").select(readColumns).where("subject_no", "in", subjects),
);

const selectSupersededOf = selectByKeys<bigint, ReadFact>(({ trx }, events) =>
  trx
    .selectFrom("facts")
    .select(readColumns)
    .where("event_no", "in", events)
    .where("superseded", "=", sql<bigint>`1`),
);

const insertFacts = insertRows("facts");

/** What is known of one charge, dossier or payout. */
export interface KnownFacts<Kind> {
  readonly facts: readonly Kind[];
  readonly contested: Contested;
}

export const noFacts: KnownFacts<never> = { facts: [], contested: nothingContested };

export interface History {
  /** Also what nothing depends on any more. */
  readonly whole: boolean;
}

/** The facts of charges or payouts, by the subject's number, in the order they were stored. */
export async function loadFacts<Kind extends ChargeFact | TransferFact>(
  session: Session,
  loaded: Loaded,
  subjects: Iterable<bigint>,
  { whole }: History = { whole: false },
): Promise<ReadonlyMap<bigint, KnownFacts<Kind>>> {
  const rows = await (whole ? selectAll : selectLive)(session, subjects);
  rows.sort((a, b) => ascending(a.event_no, b.event_no) || ascending(a.position, b.position));
  const known = new Map<bigint, { facts: Kind[]; contested: Contested }>();
  for (const row of rows) {
    const { subject_no, contested } = row;
    const subject = known.get(subject_no) ?? { facts: [], contested: nothingContested };
    subject.facts.push(factOf<Kind>(loaded, row));
    if (contested !== null) subject.contested = { ...subject.contested, ...JSON.parse(contested) };
    known.set(subject_no, subject);
  }
  return known;
}

function factOf<Kind extends Fact>(loaded: Loaded, { subject_no, heard, body }: ReadFact): Kind {
  const fact = factIn<Kind>(body);
  loaded.facts.set(fact, { subject: subject_no, heard });
  return fact;
}

/** An event that is told again is held against all that it said before, whether or not that still matters. */
export async function loadFactsOfEvents(session: Session, loaded: Loaded): Promise<void> {
  const rows = await selectSupersededOf(session, loaded.knownEvents);
  const bySubject = Map.groupBy(rows, (row) => row.subject_no);
  for (const [subject, own] of bySubject) {
    const facts = own.map((row) => factOf<ChargeFact>(loaded, row));
    for (const record of loaded.charges.values()) {
      if (loaded.numbers.of(record.dossier ?? record.id) !== subject) continue;
      loaded.charges.set(record.id, { ...record, facts: [...record.facts, ...facts] });
    }
  }
  if (bySubject.size > 0) loaded.books.load({ charges: loaded.charges.values() });
}

export async function saveFacts(
  session: Session,
  loaded: Loaded,
  added: readonly AddedFact[],
  nextNumber: () => bigint,
): Promise<HeardFacts> {
  const positions = new Map<string, number>();
  const heard = new Map<Fact, bigint>();
  const superseded = supersededBy(loaded, added);
  const rows = added.map(({ subject, fact, contested }) => {
    const key = `${subject} ${fact.stamp.eventId}`;
    const position = (positions.get(key) ?? alreadyStored(loaded, subject, fact)) + 1;
    positions.set(key, position);
    const number = nextNumber();
    heard.set(fact, number);
    const isSuperseded = superseded.has(fact);
    return factRow(loaded, { subject, fact, contested }, { position, isSuperseded, heard: number });
  });
  await insertFacts(session, rows.sort(byKey));
  await markSuperseded(session, loaded, superseded);
  return heard;
}

/** Telling them apart is dear for each event, and reading a few more than matter is not. */
const lookedThroughEvery = 16;

/**
 * Facts of the subjects that were told something, that nothing depends on any more. Where something stands against a fact, or
 * waits for what it is about, all are kept.
 */
function supersededBy({ books }: Loaded, added: readonly AddedFact[]): ReadonlySet<Fact> {
  const superseded = new Set<Fact>();
  for (const [subject, own] of Map.groupBy(added, (each) => each.subject)) {
    const id = subject as ChargeId;
    const charges = books.chargesIn(id);
    if (charges.length === 0)
      charges.push(...[books.knownCharge(id)].filter((record) => record !== undefined));
    const living = charges.filter(({ mergedInto }) => mergedInto === null);
    const [record] = living;
    if (record === undefined || (record.dossier ?? record.id) !== subject) continue;
    const { factCount, facts, contested } = record;
    const turn = (count: number) => Math.floor(count / lookedThroughEvery);
    if (turn(factCount) === turn(factCount - own.length)) continue;
    if (Object.keys(contested).length > 0 || living.some(({ charge }) => charge?.kind === "unseen")) continue;
    const kept = live(facts);
    for (const fact of facts) if (!kept.has(fact)) superseded.add(fact);
  }
  return superseded;
}

/** In one statement; what is too much for one is marked another time. */
const mostMarked = 1000;

async function markSuperseded(
  { trx }: Session,
  loaded: Loaded,
  superseded: ReadonlySet<Fact>,
): Promise<void> {
  const stored = [...superseded].flatMap((fact) => loaded.facts.get(fact) ?? []).slice(0, mostMarked);
  if (stored.length === 0) return;
  await trx
    .updateTable("facts")
    .set({ superseded: 1n })
    .where("subject_no", "in", [...new Set(stored.map(({ subject }) => subject))])
    .where("superseded", "=", 0n)
    .where(
      "heard",
      "in",
      stored.map(({ heard }) => heard),
    )
    .execute();
}

/** In which order facts were heard. */
export type HeardFacts = ReadonlyMap<Fact, bigint>;

/** An event that comes again at another API version adds facts to those it had. */
function alreadyStored(loaded: Loaded, subject: AddedFact["subject"], fact: Fact): number {
  const record = loaded.charges.get(subject as never) ?? loaded.payouts.get(subject as never);
  const facts: readonly Fact[] = record?.facts ?? [];
  return facts.filter((known) => known.stamp.eventId === fact.stamp.eventId).length;
}

interface FactPlace {
  readonly position: number;
  readonly isSuperseded: boolean;
  readonly heard: bigint;
}

function factRow(
  { numbers }: Loaded,
  { subject, fact, contested }: AddedFact,
  { position, isSuperseded, heard }: FactPlace,
): FactRow {
  return {
    subject_no: numbers.of(subject),
    event_no: numbers.of(fact.stamp.eventId),
    position: BigInt(position),
    superseded: isSuperseded ? 1n : 0n,
    kind: fact.kind,
    body: factText(fact),
    contested: Object.keys(contested).length === 0 ? null : JSON.stringify(contested),
    heard,
  };
}

function byKey(a: FactRow, b: FactRow): number {
  return (
    ascending(a.subject_no, b.subject_no) ||
    ascending(a.event_no, b.event_no) ||
    ascending(a.position, b.position)
  );
}
