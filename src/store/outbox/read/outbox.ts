import { type Kysely, sql } from "kysely";
import type { Delivery } from "../../../domain/outbox/delivery.ts";
import type { Instant } from "../../../domain/time.ts";
import { type Page, type PageRequest, type Position, pageAt, positionIn } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { messageNoun, type OutboxMessage } from "../nouns/message.ts";
import { dataOf, type ToldMessage, toldMessages } from "./told-messages.ts";

export interface OutboxFilter {
  readonly status?: Delivery["status"] | undefined;
}

/** Newest first. */
export async function listOutbox(
  db: Kysely<Database>,
  { status }: OutboxFilter,
  page: PageRequest,
): Promise<Page<OutboxMessage>> {
  const at = await positionIn(db, "outbox", page);
  let query = toldMessages(db)
    .where("outbox.no", at.compare, at.no)
    .orderBy("outbox.no", at.order)
    .limit(page.limit + 1);
  if (status === "pending") {
    const numbers = await pendingNumbers(db, at, page.limit + 1);
    if (numbers.length === 0) return pageAt<OutboxMessage>([], page, ({ id }) => id);
    query = query.where("outbox.no", "in", numbers);
  }
  // A literal, so that the index of what was given up is used.
  if (status !== undefined) query = query.where("outbox.status", "=", sql.lit(status));
  return pageAt((await query.execute()).map(messageOf), page, ({ id }) => id);
}

/** The newest messages are looked at one by one: where much waits, most of it is among them. */
const lookedThrough = 2_000n;

/** What waits and comes next by number: among the newest messages, else by the indexes of what waits. */
async function pendingNumbers(
  db: Kysely<Database>,
  { compare, no, order }: Position,
  limit: number,
): Promise<bigint[]> {
  const [beyond, inOrder] = [sql.raw(compare), sql.raw(order)];
  const near = await sql<{ no: bigint }>`
    select no from (
      select no, status from outbox where no ${beyond} ${no} order by no ${inOrder} limit ${lookedThrough}
    ) next where status = 'pending' order by no ${inOrder} limit ${BigInt(limit)}
  `.execute(db);
  if (near.rows.length === limit) return near.rows.map((row) => row.no);
  const { rows } = await sql<{ no: bigint }>`
    select no from (
      select no + 0 as no from outbox where status = 'pending' and wallet_no is not null
      union all select no + 0 from outbox where status = 'pending' and wallet_no is null
    ) pending where no ${beyond} ${no} order by no ${inOrder} limit ${BigInt(limit)}
  `.execute(db);
  return rows.map((row) => row.no);
}

/** A message that is not delivered, with its number. Of those that are, ids are not indexed. */
export async function undeliveredMessage(
  db: Kysely<Database>,
  id: string,
): Promise<{ readonly no: bigint; readonly message: OutboxMessage } | undefined> {
  for (const status of ["dead", "pending"] as const) {
    const row = await toldMessages(db)
      .where("outbox.status", "=", sql.lit(status))
      .where("outbox.id", "=", id)
      .executeTakeFirst();
    if (row !== undefined) return { no: row.no, message: messageOf(row) };
  }
  return undefined;
}

/** How much of the outbox is not delivered. */
export interface OutboxState {
  readonly pending: number;
  readonly dead: number;
  /** `null`: nothing waits. */
  readonly oldestPendingAt: Instant | null;
  readonly oldestDeadAt: Instant | null;
}

/** Counted in the indexes of what is not delivered, which need no row: messages are numbered as they are made. */
export async function outboxState(db: Kysely<Database>): Promise<OutboxState> {
  const { rows } = await sql<{ status: "pending" | "dead"; count: bigint; oldest: bigint }>`
    select listed.status, listed."count", outbox.created_at as oldest from (
      select 'pending' as status, count(*) as "count", min(no) as no from outbox
        where status = 'pending' and wallet_no is not null
      union all select 'pending', count(*), min(no) from outbox where status = 'pending' and wallet_no is null
      union all select 'dead', count(*), min(no) from outbox where status = 'dead'
    ) listed join outbox on outbox.no = listed.no
  `.execute(db);
  const of = (status: "pending" | "dead") => {
    const counted = rows.filter((row) => row.status === status);
    const oldest = counted.map((row) => row.oldest).sort((a, b) => (a < b ? -1 : 1))[0];
    return { count: counted.reduce((sum, row) => sum + Number(row.count), 0), oldest: oldest ?? null };
  };
  const [pending, dead] = [of("pending"), of("dead")];
  return {
    pending: pending.count,
    dead: dead.count,
    oldestPendingAt: pending.oldest,
    oldestDeadAt: dead.oldest,
  };
}

const messageOf = (told: ToldMessage): OutboxMessage => messageNoun.nounOf({ ...told, data: dataOf(told) });
