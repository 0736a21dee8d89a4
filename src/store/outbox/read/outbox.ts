import { type Kysely, sql } from "kysely";
import type { WalletLineKind } from "../../../domain/book/journal.ts";
import type { ChargeId, MessageId, WalletId } from "../../../domain/ids.ts";
import type { Delivery } from "../../../domain/outbox/delivery.ts";
import { lineData } from "../../../domain/outbox/messages.ts";
import type { Instant } from "../../../domain/time.ts";
import { type Page, type PageRequest, type Position, pageAt, positionIn } from "../../engine/read/page.ts";
import type { Database, OutboxRow } from "../../schema.ts";
import { messageNoun, type OutboxMessage } from "../nouns/message.ts";

/** A message with the statement lines that it tells of: of one, or of several what they come to. */
export type ToldMessage = OutboxRow & { readonly wallet_id: WalletId | null } & (ToldLines | NoLines);

interface ToldLines {
  readonly owner: string;
  readonly currency: string;
  readonly kind: WalletLineKind;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
  readonly effective_at: bigint;
  /** The charge as it was called when the app was told, and the one that the line belongs to by now. */
  readonly charge_id: ChargeId | null;
  readonly line_charge_no: bigint | null;
}

interface NoLines {
  readonly kind: null;
  readonly charge_id: null;
}

export function toldMessages(db: Pick<Kysely<Database>, "selectFrom">) {
  return db
    .selectFrom("outbox")
    .leftJoin("wallets", "wallets.no", "outbox.wallet_no")
    .leftJoin("wallet_lines as line", (join) =>
      join.onRef("line.wallet_no", "=", "outbox.wallet_no").onRef("line.seq", "=", "outbox.seq"),
    )
    .leftJoin("wallet_lines as first", (join) =>
      join.onRef("first.wallet_no", "=", "outbox.wallet_no").onRef("first.seq", "=", "outbox.from_seq"),
    )
    .leftJoin("charges", "charges.no", "outbox.charge_no")
    .selectAll("outbox")
    .select(["wallets.id as wallet_id", "wallets.owner", "wallets.currency", "charges.id as charge_id"])
    .select(["line.kind", "line.balance_after", "line.requested", "line.covered", "line.uncovered"])
    .select(["line.effective_at", "line.charge_no as line_charge_no"])
    .select(sql<bigint>`line.balance_after - first.balance_after + first.amount`.as("amount"))
    .$castTo<ToldMessage>();
}

const saidByLines = "null";

/** Whether it is kept as a reference: what it tells, its lines say. */
export const isSaidByLines = ({ data }: Pick<OutboxRow, "data">): boolean => data === saidByLines;

/** What is told, as JSON text. */
function dataOf(told: ToldMessage): string {
  if (!isSaidByLines(told)) return told.data;
  const { type, wallet_id: id } = told;
  if (
    id === null ||
    told.kind === null ||
    (type !== "wallet.balance_changed" && type !== "wallet.debit_uncovered")
  )
    throw new Error(`The message ${told.id} tells of no line.`);
  const line = {
    seq: Number(told.seq),
    fromSeq: Number(told.from_seq),
    kind: told.kind,
    amount: told.amount,
    balanceAfter: told.balance_after,
    requested: told.requested,
    covered: told.covered,
    uncovered: told.uncovered,
    chargeId: told.charge_id,
    effectiveAt: told.effective_at,
  };
  return JSON.stringify(lineData(type, { id, owner: told.owner, currency: told.currency }, line));
}

/** A message that waits, with what is sent of it. */
export interface WaitingMessage {
  readonly no: bigint;
  readonly id: MessageId;
  readonly type: string;
  /** JSON. */
  readonly data: string;
  readonly walletNo: bigint | null;
  readonly nextAt: Instant;
  readonly createdAt: Instant;
}

/**
 * The oldest waiting message of each wallet, due or not: the only one of its wallet that may be sent. Wallets come in the
 * order of their numbers, after the one numbered `after`. The index is entered once for each wallet, so a long queue of one
 * costs the others nothing.
 */
export async function nextOfWallets(
  db: Kysely<Database>,
  { after, limit }: { readonly after: bigint; readonly limit: number },
): Promise<WaitingMessage[]> {
  const oldest = sql<bigint>`(
    with recursive waiting (wallet_no, count) as (
      select min(wallet_no), 1 from outbox where status = 'pending' and wallet_no > ${after}
      union all
      select (select min(wallet_no) from outbox where status = 'pending' and wallet_no > waiting.wallet_no), count + 1
      from waiting where waiting.wallet_no is not null and count < ${sql.lit(limit)}
    )
    select (select min(no) from outbox where status = 'pending' and wallet_no = waiting.wallet_no) from waiting
  )`;
  const rows = await toldMessages(db).where("outbox.no", "in", oldest).orderBy("outbox.wallet_no").execute();
  return rows.map(waitingMessage);
}

/** Messages without a wallet that are due, those that have waited longest first. */
export async function dueOfNoWallet(
  db: Kysely<Database>,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<WaitingMessage[]> {
  const rows = await toldMessages(db)
    .where("outbox.status", "=", sql.lit("pending"))
    .where("outbox.wallet_no", "is", null)
    .where("outbox.next_at", "<=", now)
    .orderBy("outbox.next_at")
    .orderBy("outbox.no")
    .limit(limit)
    .execute();
  return rows.map(waitingMessage);
}

function waitingMessage(told: ToldMessage): WaitingMessage {
  return {
    no: told.no,
    id: told.id as MessageId,
    type: told.type,
    data: dataOf(told),
    walletNo: told.wallet_no,
    nextAt: told.next_at,
    createdAt: told.created_at,
  };
}

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
