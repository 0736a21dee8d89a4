import { type Kysely, sql } from "kysely";
import type { MessageId } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";
import { dataOf, type ToldMessage, toldMessages } from "./told-messages.ts";

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
