import { sql } from "kysely";
import {
  type Books,
  type Discrepancy,
  type KnownDiscrepancy,
  type PersonsWord,
  personsResolutions,
} from "../../domain/books.ts";
import type { ChargeId, DiscrepancyId, EventId } from "../../domain/ids.ts";
import { ascending, replaceNouns, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { DiscrepancyRow } from "../schema.ts";
import { discrepancyNoun } from "./nouns/discrepancy.ts";

/** A discrepancy raised again is the same one, with what is said now. */
const putDiscrepancies = replaceNouns("discrepancies", discrepancyNoun, "id");

/**
 * Those of which something new is said: one that is open, or that a person has settled, stays as it is while both sides do,
 * however often an event says the same.
 */
export async function newlySaid(
  session: Session,
  { discrepancies, personsWords }: Books,
): Promise<Discrepancy[]> {
  const opened = [...discrepancies.values()].filter(
    ({ id, status }) => status === "open" && !personsWords.has(id),
  );
  const known = await selectDiscrepancies(
    session,
    opened.map(({ id }) => id),
  );
  const standing = known.filter(({ resolution, status }) => status === "open" || isPersons(resolution));
  const hashes = new Map(standing.map(({ id, hash }) => [id, hash]));
  const isSaid = ({ id, hash }: Discrepancy) => hashes.get(id) === hash;
  const repeated = new Set(opened.filter(isSaid));
  return [...discrepancies.values()].filter((discrepancy) => !repeated.has(discrepancy));
}

const isPersons = (resolution: string | null) => personsResolutions.some((own) => own === resolution);

/** What did it, besides the discrepancy itself. */
export interface Doing {
  readonly action: string;
  readonly actor: string | null;
  readonly run: bigint | null;
  readonly reason: string | null;
  readonly entry: bigint | null;
}

/** Stores discrepancies as they are now, and in their history that they became so. */
export async function saveDiscrepancies(
  session: Session,
  numbers: Numbers,
  discrepancies: Iterable<Discrepancy>,
  doing: (discrepancy: Discrepancy) => Doing,
): Promise<void> {
  const sorted = [...discrepancies].sort((a, b) => ascending(a.id, b.id));
  await putDiscrepancies(
    session,
    numbers,
    sorted.map((discrepancy) => ({ ...discrepancy, openedAt: discrepancy.at, assignee: null })),
  );
  for (const discrepancy of sorted) await saveChange(session, numbers, discrepancy, doing(discrepancy));
}

/** What a batch did: an event said something, or a person. */
export function doingOf(
  status: Discrepancy["status"],
  word: PersonsWord | undefined,
  numbers: Numbers,
): Doing {
  const byEvent = { action: status === "open" ? "opened" : "resolved", actor: null, reason: null };
  const { entryId, ...said } = word ?? { ...byEvent, entryId: null };
  return { ...said, run: null, entry: numbers.ofNullable(entryId) };
}

/** By its id: one that is raised again keeps the number it has, whatever number the batch had for it. */
async function saveChange(
  { trx }: Session,
  numbers: Numbers,
  { id, eventId, resolution, detail, hash, at }: Discrepancy,
  { action, actor, run, reason, entry }: Doing,
): Promise<void> {
  await sql`
    insert into discrepancy_changes (discrepancy_no, ordinal, action, at, actor, event_no, run_no, resolution, reason,
      entry_no, detail, hash)
    select no, (select count(*) + 1 from discrepancy_changes where discrepancy_no = discrepancies.no),
      cast(${action} as text), cast(${at} as bigint), cast(${actor} as text),
      cast(${numbers.ofNullable(eventId)} as bigint), cast(${run} as bigint), cast(${resolution} as text),
      cast(${reason} as text), cast(${entry} as bigint), cast(${JSON.stringify(detail)} as text), cast(${hash} as text)
    from discrepancies where id = ${id}
  `.execute(trx);
}

const selectDiscrepancies = selectByKeys<string, DiscrepancyRow>(({ trx, engine }, ids) =>
  trx.selectFrom("discrepancies").selectAll().where("id", "in", ids).modifyEnd(sql.raw(engine.rowLock)),
);

/** For a person to decide on, locked. */
export async function loadDiscrepancies(
  session: Session,
  { books, numbers }: Loaded,
  ids: readonly DiscrepancyId[],
): Promise<void> {
  for (const row of await selectDiscrepancies(session, ids)) {
    numbers.set(row.id, row.no);
    const discrepancy = discrepancyNoun.nounOf(row, await namesOf(session, row));
    books.load({
      discrepancies: [[discrepancy.id, { discrepancy, ...(await correctionsOf(session, row)) }]],
    });
  }
}

interface Names {
  readonly chargeId: ChargeId | null;
  readonly eventId: EventId | null;
}

async function namesOf({ trx }: Session, row: DiscrepancyRow): Promise<Names> {
  const idOf = async (table: "charges" | "events", no: bigint | null) =>
    no === null ? undefined : trx.selectFrom(table).select("id").where("no", "=", no).executeTakeFirst();
  const [charge, event] = [await idOf("charges", row.charge_no), await idOf("events", row.event_no)];
  return {
    chargeId: (charge?.id ?? null) as ChargeId | null,
    eventId: (event?.id ?? null) as EventId | null,
  };
}

async function correctionsOf(
  { trx }: Session,
  { no, correction_no: standing }: DiscrepancyRow,
): Promise<Omit<KnownDiscrepancy, "discrepancy">> {
  const { count } = await trx
    .selectFrom("discrepancy_changes")
    .select((eb) => eb.fn.count<bigint>("entry_no").as("count"))
    .where("discrepancy_no", "=", no)
    .executeTakeFirstOrThrow();
  if (standing === null) return { corrections: Number(count), standing: [] };
  const postings = await trx
    .selectFrom("postings")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .select(["accounts.path as account", "accounts.currency", "postings.amount"])
    .where("postings.entry_no", "=", standing)
    .execute();
  return { corrections: Number(count), standing: postings };
}

/** Which entry stands for a discrepancy from now on, none once it was taken back; and who looks into it. */
export async function saveWords(
  { trx }: Session,
  numbers: Numbers,
  words: Iterable<readonly [DiscrepancyId, PersonsWord]>,
): Promise<void> {
  for (const [id, word] of words) {
    const changed = changedBy(word, numbers);
    if (changed !== null) await trx.updateTable("discrepancies").set(changed).where("id", "=", id).execute();
  }
}

function changedBy({ action, entryId, reason }: PersonsWord, numbers: Numbers) {
  switch (action) {
    case "resolved_by_person":
      return { correction_no: numbers.ofNullable(entryId) };
    case "lapsed":
      return { correction_no: null };
    case "assigned":
      return { assignee: reason };
    case "noted":
      return null;
    default:
      return action satisfies never;
  }
}
