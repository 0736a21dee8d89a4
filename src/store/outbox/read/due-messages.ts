import { type Kysely, sql } from "kysely";
import type { MessageId } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";

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
  const { rows } = await sql<MessageRow>`
    with recursive waiting (wallet_no, count) as (
      select min(wallet_no), 1 from outbox where status = 'pending' and wallet_no > ${after}
      union all
      select (select min(wallet_no) from outbox where status = 'pending' and wallet_no > waiting.wallet_no), count + 1
      from waiting where waiting.wallet_no is not null and count < ${sql.lit(limit)}
    )
    select ${columns} from waiting join outbox message on message.no = (
      select min(no) from outbox where status = 'pending' and wallet_no = waiting.wallet_no
    )
    order by message.wallet_no
  `.execute(db);
  return rows.map(waitingMessage);
}

/** Messages without a wallet that are due, those that have waited longest first. */
export async function dueOfNoWallet(
  db: Kysely<Database>,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<WaitingMessage[]> {
  const { rows } = await sql<MessageRow>`
    select ${columns} from outbox message
    where status = 'pending' and wallet_no is null and next_at <= ${now}
    order by next_at, no limit ${BigInt(limit)}
  `.execute(db);
  return rows.map(waitingMessage);
}

interface MessageRow {
  readonly no: bigint;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly wallet_no: bigint | null;
  readonly next_at: bigint;
  readonly created_at: bigint;
}

const columns = sql.raw(
  "message.no, message.id, message.type, message.data, message.wallet_no, message.next_at, message.created_at",
);

function waitingMessage(row: MessageRow): WaitingMessage {
  return {
    no: row.no,
    id: row.id as MessageId,
    type: row.type,
    data: row.data,
    walletNo: row.wallet_no,
    nextAt: row.next_at,
    createdAt: row.created_at,
  };
}
