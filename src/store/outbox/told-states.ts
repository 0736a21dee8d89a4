import { sql } from "kysely";
import type { Message } from "../../domain/books.ts";
import type { Instant } from "../../domain/time.ts";
import type { Engine } from "../engine/engine.ts";
import { inTransaction, retrying } from "../engine/transaction.ts";
import { Numbers } from "../loaded.ts";
import { saveMessages } from "./messages.ts";

/** What something is now that turns, and what to tell where it was something else. */
export interface Turn {
  readonly name: string;
  readonly state: string;
  readonly at: Instant;
  /** `null`: nothing is told, such as of what is known for the first time and is well. */
  messageAfter(before: string | null): Message | null;
}

/** Keeps what it is, and puts the message into the outbox: once, however many processes look at once. */
export function tellTurn(engine: Engine, { name, state, at, messageAfter }: Turn): Promise<boolean> {
  return retrying(engine, () =>
    inTransaction(engine.writer, async (trx) => {
      const before = await trx
        .selectFrom("told_states")
        .select("state")
        .where("name", "=", name)
        .modifyEnd(sql.raw(engine.rowLock))
        .executeTakeFirst();
      if (before?.state === state) return false;
      const { rows } = await sql<{ name: string }>`
        insert into told_states (name, state, at) values (${name}, ${state}, ${at})
        on conflict (name) do update set state = excluded.state, at = excluded.at
        where told_states.state <> excluded.state
        returning name
      `.execute(trx);
      const message = rows.length === 0 ? null : messageAfter(before?.state ?? null);
      if (message === null) return false;
      const session = { engine, trx };
      const numbers = new Numbers();
      const nextNumber = await engine.reserveNumbers(trx, 1);
      numbers.set(message.id, nextNumber());
      await saveMessages(session, numbers, [message]);
      return true;
    }),
  );
}
