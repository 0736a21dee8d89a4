import type { MessageId } from "../../domain/ids.ts";
import type { Delivery } from "../../domain/outbox/delivery.ts";
import { fromFlag, toFlag } from "../engine/columns.ts";
import { ascending, type Session, selectByKeys } from "../engine/statements.ts";
import { lockedRows } from "../engine/transaction.ts";
import type { Loaded, Numbers } from "../loaded.ts";
import type { OutboxRow } from "../schema.ts";

const selectMessages = selectByKeys<bigint, OutboxRow>((session, numbers) =>
  lockedRows(session, session.trx.selectFrom("outbox").selectAll().where("no", "in", numbers), "no"),
);

/** Locks the messages, and reads how far their delivery has got. */
export async function loadDeliveries(
  session: Session,
  loaded: Loaded,
  messages: readonly bigint[],
): Promise<void> {
  const rows = await selectMessages(session, messages);
  for (const row of rows) loaded.numbers.set(row.id, row.no);
  loaded.books.load({ deliveries: rows.map(deliveryOf) });
}

export async function saveDeliveries(
  { trx }: Session,
  numbers: Numbers,
  deliveries: readonly Delivery[],
): Promise<void> {
  const numbered = deliveries.map((delivery) => ({ no: numbers.of(delivery.id), delivery }));
  for (const { no, delivery } of numbered.sort((a, b) => ascending(a.no, b.no))) {
    await trx
      .updateTable("outbox")
      .set({
        status: delivery.status,
        attempts: BigInt(delivery.attempts),
        next_at: delivery.nextAt,
        first_tried_at: delivery.firstTriedAt,
        on_its_way: toFlag(delivery.onItsWay),
        last_error: delivery.lastError,
      })
      .where("no", "=", no)
      .execute();
  }
}

export function deliveryOf(row: OutboxRow): Delivery {
  return {
    id: row.id as MessageId,
    status: row.status,
    attempts: Number(row.attempts),
    nextAt: row.next_at,
    firstTriedAt: row.first_tried_at,
    onItsWay: fromFlag(row.on_its_way),
    lastError: row.last_error,
  };
}
