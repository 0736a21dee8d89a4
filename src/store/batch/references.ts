import { type Session, selectByKeys } from "../engine/statements.ts";
import type { Saving } from "./nouns.ts";

type Reference = { no: bigint; id: string };

const selectCharges = selectByKeys<string, Reference>(({ trx }, ids) =>
  trx.selectFrom("charges").select(["no", "id"]).where("id", "in", ids),
);
const selectEvents = selectByKeys<string, Reference>(({ trx }, ids) =>
  trx.selectFrom("events").select(["no", "id"]).where("id", "in", ids),
);

/** Finds the numbers of charges and events that new rows refer to, although the batch neither read nor made them. */
export async function resolveReferences(
  session: Session,
  { books, numbers, changes }: Saving,
): Promise<void> {
  const { charges, events, wallets } = changes;
  const own = new Set<string>([...charges.added, ...events.added].map(({ id }) => id));
  const unknown = (ids: Iterable<string | null>) =>
    [...ids].filter((id): id is string => id !== null && !own.has(id) && !numbers.has(id));

  const caused = [...books.entries, ...books.walletLines, ...books.discrepancies.values()];
  const ofCharges = [
    ...caused,
    ...books.walletLines.flatMap((line) => line.uncoveredMoves),
    ...[...wallets.added, ...wallets.changed].flatMap((wallet) => wallet.lots),
  ];
  const found = [
    ...(await selectCharges(session, unknown(ofCharges.map(({ chargeId }) => chargeId)))),
    ...(await selectEvents(session, unknown(caused.map(({ eventId }) => eventId)))),
  ];
  for (const { no, id } of found) numbers.set(id, no);
}
