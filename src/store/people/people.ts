import { type Kysely, sql, type Transaction } from "kysely";
import { type Action, refusals } from "../../domain/action.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { keptSecret, type SecretName } from "../engine/installation.ts";
import { insertNouns, type Session } from "../engine/statements.ts";
import { inTransaction, retrying } from "../engine/transaction.ts";
import { Numbers } from "../loaded.ts";
import type { Database, SessionRow } from "../schema.ts";
import { actionNoun } from "./nouns/action.ts";

/** Somebody who is signed in. `idHash` is of what the browser has; `lineDigest` of what is configured of the person. */
export interface SignedIn {
  readonly idHash: string;
  readonly name: string;
  readonly role: string;
  readonly lineDigest: string;
  readonly madeAt: Instant;
  readonly seenAt: Instant;
  readonly endsAt: Instant;
}

/** Both are keyed hashes. */
export interface SignInAttempt {
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

/** How many attempts that were not right are let be, of each kind, since `since`. */
export interface AttemptLimits {
  readonly since: Instant;
  readonly ofPair: number;
  readonly ofAddress: number;
  readonly ofName: number;
}

/** Too many came of this name from this address, from the address, or of the name. */
export interface BlockedAttempt {
  readonly blockedBy: Instant;
  readonly of: "pair" | "address" | "name";
}

/** What is kept of people and of what they do, apart from the books; each change is a transaction of its own. */
export interface People {
  /** The key of this installation's hashes: the same for all processes on this database, for ever. */
  installationKey(): Promise<Buffer>;
  /** Counts an attempt, or says what there were too many of, and since when the oldest one that counts against it has been there. */
  attempt(attempt: SignInAttempt, limits: AttemptLimits, now: Instant): Promise<BlockedAttempt | null>;
  /** Keeps a session, and forgets the attempts of its pair and the session that it takes the place of. */
  signIn(session: SignedIn, attempt: SignInAttempt, before: string | null, action: Action): Promise<void>;
  session(idHash: string): Promise<SignedIn | undefined>;
  seen(idHash: string, at: Instant): Promise<void>;
  signOut(idHash: string, action: Action | null): Promise<void>;
  /** Writes down what nobody else's transaction does. */
  act(action: Action): Promise<void>;
  /** The same of what was refused, unless so much was lately. */
  refuse(action: Action, limit: { readonly since: Instant; readonly most: number }): Promise<void>;
  /** Forgets what is over; gives how much that was. Called again until it is nothing. */
  forget(before: {
    readonly sessions: Instant;
    readonly attempts: Instant;
    readonly refusals: Instant;
    readonly addresses: Instant;
  }): Promise<number>;
}

export function peopleOf(engine: Engine): People {
  const writing = <Result>(run: (trx: Transaction<Database>) => Promise<Result>) =>
    retrying(engine, () => inTransaction(engine.writer, run));
  return {
    installationKey: () => keptSecret(engine, "hashes", () => crypto.getRandomValues(Buffer.alloc(keyBytes))),
    attempt: (attempt, limits, now) => writing((trx) => countAttempt({ engine, trx }, attempt, limits, now)),
    signIn: (session, attempt, before, action) =>
      writing(async (trx) => {
        await trx
          .deleteFrom("sign_in_attempts")
          .where("name", "=", attempt.name)
          .where("address", "=", attempt.address)
          .execute();
        if (before !== null) await trx.deleteFrom("sessions").where("id_hash", "=", before).execute();
        await trx.insertInto("sessions").values(rowOf(session)).execute();
        await insertActions({ engine, trx }, [action]);
      }),
    session: async (idHash) => {
      const row = await sessionRow(engine.reader, idHash);
      return row === undefined ? undefined : signedInOf(row);
    },
    seen: async (idHash, at) => {
      await retrying(engine, () =>
        engine.writer.updateTable("sessions").set({ seen_at: at }).where("id_hash", "=", idHash).execute(),
      );
    },
    signOut: (idHash, action) =>
      writing(async (trx) => {
        await trx.deleteFrom("sessions").where("id_hash", "=", idHash).execute();
        if (action !== null) await insertActions({ engine, trx }, [action]);
      }),
    act: (action) => writing((trx) => insertActions({ engine, trx }, [action])),
    refuse: (action, { since, most }) =>
      writing(async (trx) => {
        const { rows } = await sql<{ count: bigint }>`
          select count(*) as "count" from (
            select 1 from actions where action in (${sql.join(refusals.map((name) => sql.lit(name)))})
            and at > ${since} limit ${sql.lit(most)}
          ) lately
        `.execute(trx);
        if ((rows[0]?.count ?? 0n) < BigInt(most)) await insertActions({ engine, trx }, [action]);
      }),
    forget: (before) => writing((trx) => forget(trx, before)),
  };
}

const keyBytes = 32;

/** Attempts are counted one after the other, also those of several processes: together they could be one too many. */
async function countAttempt(
  { engine, trx }: Session,
  { id, name, address }: SignInAttempt,
  { since, ofPair, ofAddress, ofName }: AttemptLimits,
  now: Instant,
): Promise<BlockedAttempt | null> {
  await trx
    .selectFrom("installation")
    .select("name")
    .where("name", "=", "hashes" satisfies SecretName)
    .modifyEnd(sql.raw(engine.rowLock))
    .execute();
  const attempts = trx.selectFrom("sign_in_attempts").select("at").where("at", ">", since);
  const ofThis = attempts.where("address", "=", address);
  const kinds = [
    { of: "pair", most: ofPair, counted: ofThis.where("name", "=", name) },
    { of: "address", most: ofAddress, counted: ofThis },
    { of: "name", most: ofName, counted: attempts.where("name", "=", name) },
  ] as const;
  for (const { of, most, counted } of kinds) {
    const [oldest] = await counted
      .orderBy("at", "desc")
      .offset(most - 1)
      .limit(1)
      .execute();
    if (oldest !== undefined) return { blockedBy: oldest.at, of };
  }
  await trx.insertInto("sign_in_attempts").values({ id, name, address, at: now }).execute();
  return null;
}

const insertNumbered = insertNouns("actions", actionNoun);

/** In the order in which they were done. */
export async function insertActions(session: Session, actions: readonly Action[]): Promise<void> {
  if (actions.length === 0) return;
  const numbers = new Numbers();
  const nextNumber = await session.engine.reserveNumbers(session.trx, actions.length);
  for (const { id } of actions) numbers.set(id, nextNumber());
  await insertNumbered(session, numbers, actions);
}

const forgottenAtOnce = 500;

async function forget(trx: Transaction<Database>, before: Parameters<People["forget"]>[0]): Promise<number> {
  const most = sql.lit(forgottenAtOnce);
  const refused = sql.join(refusals.map((name) => sql.lit(name)));
  const forgotten = [
    sql`delete from sessions where id_hash in (
      select id_hash from sessions where ends_at <= ${before.sessions} limit ${most})`,
    sql`delete from sign_in_attempts where id in (
      select id from sign_in_attempts where at <= ${before.attempts} limit ${most})`,
    sql`delete from actions where no in (
      select no from actions where action in (${refused}) and at <= ${before.refusals} limit ${most})`,
    sql`update actions set address = null where no in (
      select no from actions where address is not null and at <= ${before.addresses} limit ${most})`,
  ];
  let count = 0n;
  for (const statement of forgotten) count += (await statement.execute(trx)).numAffectedRows ?? 0n;
  return Number(count);
}

function sessionRow(db: Kysely<Database>, idHash: string) {
  return db.selectFrom("sessions").selectAll().where("id_hash", "=", idHash).executeTakeFirst();
}

const rowOf = (session: SignedIn): SessionRow => ({
  id_hash: session.idHash,
  name: session.name,
  role: session.role,
  line_digest: session.lineDigest,
  made_at: session.madeAt,
  seen_at: session.seenAt,
  ends_at: session.endsAt,
});

const signedInOf = (row: SessionRow): SignedIn => ({
  idHash: row.id_hash,
  name: row.name,
  role: row.role,
  lineDigest: row.line_digest,
  madeAt: row.made_at,
  seenAt: row.seen_at,
  endsAt: row.ends_at,
});
