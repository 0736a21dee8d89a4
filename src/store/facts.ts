import type { AddedFact } from "../domain/books.ts";
import { type Contested, nothingContested } from "../domain/facts/claims.ts";
import type { ChargeFact, Fact } from "../domain/facts/facts.ts";
import type { TransferFact } from "../domain/facts/transfer-facts.ts";
import { fromText, toText } from "./exact-json.ts";
import type { Loaded } from "./loaded.ts";
import type { FactRow } from "./schema.ts";
import { ascending, insertRows, type Session, selectByKeys } from "./statements.ts";

type StoredFact = Pick<FactRow, "subject_no" | "event_no" | "position" | "body" | "contested">;

const selectFacts = selectByKeys<bigint, StoredFact>(({ trx }, subjects) =>
  trx
    .selectFrom("facts")
    .select(["subject_no", "event_no", "position", "body", "contested"])
    .where("subject_no", "in", subjects),
);

const insertFacts = insertRows("facts");

/** What is known of one charge, dossier or payout. */
export interface KnownFacts<Kind> {
  readonly facts: readonly Kind[];
  readonly contested: Contested;
}

export const noFacts: KnownFacts<never> = { facts: [], contested: nothingContested };

/** The facts of charges or payouts, by the subject's number, in the order they were stored. */
export async function loadFacts<Kind extends ChargeFact | TransferFact>(
  session: Session,
  subjects: Iterable<bigint>,
): Promise<ReadonlyMap<bigint, KnownFacts<Kind>>> {
  const rows = await selectFacts(session, subjects);
  rows.sort((a, b) => ascending(a.event_no, b.event_no) || ascending(a.position, b.position));
  const known = new Map<bigint, { facts: Kind[]; contested: Contested }>();
  for (const { subject_no, body, contested } of rows) {
    const subject = known.get(subject_no) ?? { facts: [], contested: nothingContested };
    subject.facts.push(fromText<Kind>(body));
    if (contested !== null) subject.contested = { ...subject.contested, ...JSON.parse(contested) };
    known.set(subject_no, subject);
  }
  return known;
}

export async function saveFacts(
  session: Session,
  loaded: Loaded,
  added: readonly AddedFact[],
  nextNumber: () => bigint,
): Promise<HeardFacts> {
  const positions = new Map<string, number>();
  const heard = new Map<Fact, bigint>();
  const rows = added.map(({ subject, fact, contested }) => {
    const key = `${subject} ${fact.stamp.eventId}`;
    const position = (positions.get(key) ?? alreadyStored(loaded, subject, fact)) + 1;
    positions.set(key, position);
    const number = nextNumber();
    heard.set(fact, number);
    return factRow(loaded, { subject, fact, contested }, { position, heard: number });
  });
  await insertFacts(session, rows.sort(byKey));
  return heard;
}

/** In which order facts were heard. */
export type HeardFacts = ReadonlyMap<Fact, bigint>;

/** An event that comes again at another API version adds facts to those it had. */
function alreadyStored(loaded: Loaded, subject: AddedFact["subject"], fact: Fact): number {
  const record = loaded.charges.get(subject as never) ?? loaded.payouts.get(subject as never);
  const facts: readonly Fact[] = record?.facts ?? [];
  return facts.filter((known) => known.stamp.eventId === fact.stamp.eventId).length;
}

function factRow(
  { numbers }: Loaded,
  { subject, fact, contested }: AddedFact,
  { position, heard }: { readonly position: number; readonly heard: bigint },
): FactRow {
  return {
    subject_no: numbers.of(subject),
    event_no: numbers.of(fact.stamp.eventId),
    position: BigInt(position),
    kind: fact.kind,
    body: toText(fact),
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
