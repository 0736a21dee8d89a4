import { type Kysely, sql } from "kysely";
import type { Charge } from "../../../domain/charge/charge.ts";
import type { ChargeFact } from "../../../domain/facts/facts.ts";
import { type ChargeId, chargeId, movementId, nameKey, type Source } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import { chargeNoun } from "../../charges/nouns/charge.ts";
import { movementNoun } from "../../charges/nouns/movement.ts";
import { factIn } from "../../inbox/nouns/fact.ts";
import type { ChargeRow, Database } from "../../schema.ts";

/** A charge or a dossier, by the number that its facts are filed under, with its charges and its facts. */
export interface HeldSubject {
  readonly no: bigint;
  readonly charges: readonly HeldCharge[];
  readonly facts: readonly ChargeFact[];
}

export interface HeldCharge {
  readonly charge: Charge;
  readonly settledAt: Instant | null;
}

/** Numbers of subjects, rising, after one of them. */
export interface SubjectPage {
  readonly after: bigint;
  readonly limit: number;
}

const subjectOf = sql<bigint>`coalesce(charges.dossier_no, charges.no)`;

/** Some subjects, and the number after which the next ones are looked for; `null` if there are none. */
export interface SubjectsFound {
  readonly subjects: readonly bigint[];
  readonly last: bigint | null;
}

/**
 * Subjects with a document that was made in a window, or with a movement that took effect since it began. By the numbers of
 * their charges: a subject of several comes several times.
 */
export async function subjectsMadeIn(
  db: Kysely<Database>,
  { provider, account }: Source,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  { after, limit }: SubjectPage,
): Promise<SubjectsFound> {
  const rows = await db
    .selectFrom("charges")
    .select(["no", subjectOf.as("subject")])
    .where("charges.provider", "=", provider)
    .where("charges.account", "=", account)
    .where("charges.no", ">", after)
    .where((eb) =>
      eb.or([
        eb.and([eb("charges.created_at", ">=", from), eb("charges.created_at", "<", to)]),
        eb.exists(
          eb
            .selectFrom("movements")
            .select("movements.no")
            .whereRef("movements.charge_no", "=", "charges.no")
            .where("movements.occurred_at", ">=", from),
        ),
      ]),
    )
    .orderBy("charges.no")
    .limit(limit)
    .execute();
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  return { subjects, last: rows.at(-1)?.no ?? null };
}

/** Subjects that are about objects of these names. */
export async function subjectsNamed(
  db: Kysely<Database>,
  source: Source,
  refs: readonly string[],
): Promise<bigint[]> {
  if (refs.length === 0) return [];
  const names = refs.map((ref) => nameKey(source, ref));
  const filed = db.selectFrom("dossier_names").select("dossier_no as no").where("name", "in", names);
  const ids = refs.map((ref) => chargeId({ ...source, ref }));
  const own = db.selectFrom("charges").select(subjectOf.as("no")).where("id", "in", ids);
  const moved = refs.map((ref) => movementId({ ...source, ref }));
  const ofMovements = db
    .selectFrom("movements")
    .innerJoin("charges", "charges.no", "movements.charge_no")
    .select(subjectOf.as("no"))
    .where("movements.id", "in", moved);
  const rows = await filed.union(own).union(ofMovements).execute();
  return [...new Set(rows.map(({ no }) => no))];
}

/** Numbers of an account's charges, rising: all that facts may be filed under, some of which have none. */
export async function chargesAfter(
  db: Kysely<Database>,
  { provider, account }: Source,
  { after, limit }: SubjectPage,
): Promise<bigint[]> {
  const rows = await db
    .selectFrom("charges")
    .select("no")
    .where("provider", "=", provider)
    .where("account", "=", account)
    .where("no", ">", after)
    .orderBy("no")
    .limit(limit)
    .execute();
  return rows.map(({ no }) => no);
}

/** Of an account's charges that are in no dossier, their numbers: whole stretches of numbers may have none. */
export async function* chargesAlone(
  db: Kysely<Database>,
  { provider, account }: Source,
): AsyncGenerator<readonly bigint[]> {
  const { last } = await db
    .selectFrom("charges")
    .select((eb) => eb.fn.max<bigint | null>("no").as("last"))
    .executeTakeFirstOrThrow();
  for (let after = -1n; after < (last ?? -1n); after += numbersLookedThroughAtOnce) {
    const rows = await db
      .selectFrom("charges")
      .select("no")
      .where("no", ">", after)
      .where("no", "<=", after + numbersLookedThroughAtOnce)
      .where("provider", "=", provider)
      .where("account", "=", account)
      .where("dossier_no", "is", null)
      .orderBy("no")
      .execute();
    yield rows.map(({ no }) => no);
  }
}

/** Other nouns have numbers between those of charges: a tenth of them are charges, or fewer. */
const numbersLookedThroughAtOnce = 5_000n;

/** Of these subjects their facts of some kinds, as their events were stored, with the id of the charge they were filed under first. */
export async function factsOfSubjects<Fact extends ChargeFact>(
  db: Kysely<Database>,
  subjects: readonly bigint[],
  kinds: readonly Fact["kind"][],
): Promise<{ readonly subject: ChargeId; readonly facts: readonly Fact[] }[]> {
  if (subjects.length === 0) return [];
  const rows = await db
    .selectFrom("facts")
    .innerJoin("charges", "charges.no", "facts.subject_no")
    .select(["charges.id", "facts.body"])
    .where("facts.subject_no", "in", subjects)
    .where("facts.kind", "in", kinds)
    .orderBy("facts.subject_no")
    .orderBy("facts.event_no")
    .orderBy("facts.position")
    .execute();
  const bySubject = Map.groupBy(rows, ({ id }) => id);
  return [...bySubject].map(([id, own]) => ({
    subject: id as ChargeId,
    facts: own.map(({ body }) => factIn<Fact>(body)),
  }));
}

/** Charges by their numbers. */
export async function chargesNumbered(
  db: Kysely<Database>,
  numbers: readonly bigint[],
): Promise<HeldCharge[]> {
  if (numbers.length === 0) return [];
  const rows = await db.selectFrom("charges").selectAll().where("no", "in", numbers).orderBy("no").execute();
  return withMovements(db, rows);
}

/** Charges by the numbers of their subjects; those that turned out to be another one are left out. */
export async function heldSubjects(
  db: Kysely<Database>,
  subjects: readonly bigint[],
): Promise<HeldSubject[]> {
  if (subjects.length === 0) return [];
  const rows = await db
    .selectFrom("charges")
    .selectAll()
    .where((eb) => eb.or([eb("no", "in", subjects), eb("dossier_no", "in", subjects)]))
    .where("merged_into_no", "is", null)
    .orderBy("no")
    .execute();
  const subjectOfCharge = new Map(rows.map((row) => [row.id as ChargeId, row.dossier_no ?? row.no]));
  const charges = Map.groupBy(await withMovements(db, rows), ({ charge }) => subjectOfCharge.get(charge.id));
  const facts = await db
    .selectFrom("facts")
    .select(["subject_no", "body"])
    .where("subject_no", "in", subjects)
    .orderBy("subject_no")
    .orderBy("event_no")
    .orderBy("position")
    .execute();
  const factsBySubject = Map.groupBy(facts, ({ subject_no }) => subject_no);
  return subjects.map((no) => ({
    no,
    charges: charges.get(no) ?? [],
    facts: (factsBySubject.get(no) ?? []).map(({ body }) => factIn<ChargeFact>(body)),
  }));
}

async function withMovements(db: Kysely<Database>, rows: readonly ChargeRow[]): Promise<HeldCharge[]> {
  if (rows.length === 0) return [];
  const numbers = rows.map(({ no }) => no);
  const movements = await db
    .selectFrom("movements")
    .selectAll()
    .where("charge_no", "in", numbers)
    .orderBy("no")
    .execute();
  const byCharge = Map.groupBy(movements, ({ charge_no }) => charge_no);
  return rows.map((row) => {
    const movements = (byCharge.get(row.no) ?? []).map((movement) =>
      movementNoun.nounOf(movement, { chargeId: row.id as ChargeId }),
    );
    return { charge: chargeNoun.nounOf(row, { movements }), settledAt: row.settled_at };
  });
}
