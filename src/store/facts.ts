import type { AddedFact } from "../domain/books.ts";
import type { ChargeFact, Fact } from "../domain/facts/facts.ts";
import type { TransferFact } from "../domain/facts/transfer-facts.ts";
import { fromText, toText } from "./exact-json.ts";
import type { Loaded } from "./loaded.ts";
import type { FactRow } from "./schema.ts";
import { ascending, insertRows, type Session, selectByKeys } from "./statements.ts";

type StoredFact = Pick<FactRow, "subject_no" | "event_no" | "position" | "body">;

const selectFacts = selectByKeys<bigint, StoredFact>(({ trx }, subjects) =>
  trx
    .selectFrom("facts")
    .select(["subject_no", "event_no", "position", "body"])
    .where("subject_no", "in", subjects),
);

const insertFacts = insertRows("facts");

/** The facts of charges or payouts, by the subject's number, in the order they were stored. */
export async function loadFacts<Kind extends ChargeFact | TransferFact>(
  session: Session,
  subjects: Iterable<bigint>,
): Promise<Map<bigint, Kind[]>> {
  const rows = await selectFacts(session, subjects);
  rows.sort((a, b) => ascending(a.event_no, b.event_no) || ascending(a.position, b.position));
  const facts = new Map<bigint, Kind[]>();
  for (const { subject_no, body } of rows) {
    const known = facts.get(subject_no) ?? [];
    known.push(fromText<Kind>(body));
    facts.set(subject_no, known);
  }
  return facts;
}

export async function saveFacts(
  session: Session,
  loaded: Loaded,
  added: readonly AddedFact[],
): Promise<void> {
  const positions = new Map<string, number>();
  const rows = added.map(({ subject, fact }) => {
    const key = `${subject} ${fact.stamp.eventId}`;
    const position = (positions.get(key) ?? alreadyStored(loaded, subject, fact)) + 1;
    positions.set(key, position);
    return factRow(loaded, { subject, fact }, position);
  });
  await insertFacts(session, rows.sort(byKey));
}

/** An event that comes again at another API version adds facts to those it had. */
function alreadyStored(loaded: Loaded, subject: AddedFact["subject"], fact: Fact): number {
  const record = loaded.charges.get(subject as never) ?? loaded.payouts.get(subject as never);
  const facts: readonly Fact[] = record?.facts ?? [];
  return facts.filter((known) => known.stamp.eventId === fact.stamp.eventId).length;
}

function factRow({ numbers }: Loaded, { subject, fact }: AddedFact, position: number): FactRow {
  return {
    subject_no: numbers.of(subject),
    event_no: numbers.of(fact.stamp.eventId),
    position: BigInt(position),
    kind: fact.kind,
    body: toText(fact),
  };
}

function byKey(a: FactRow, b: FactRow): number {
  return (
    ascending(a.subject_no, b.subject_no) ||
    ascending(a.event_no, b.event_no) ||
    ascending(a.position, b.position)
  );
}
