import type { Books, ChargeRecord, Discrepancy, Message } from "../../domain/books.ts";
import type { Instant } from "../../domain/time.ts";
import { saveCharges } from "../charges/charges.ts";
import { saveCredits, saveMemos } from "../charges/customer-credits.ts";
import { saveLinks } from "../charges/links.ts";
import { saveMovements } from "../charges/movements.ts";
import { savePayouts } from "../charges/payouts.ts";
import type { Session } from "../engine/statements.ts";
import { saveClaims } from "../inbox/claims.ts";
import { saveMerges, saveNames } from "../inbox/dossiers.ts";
import { saveEvents, saveRenderings } from "../inbox/events.ts";
import { saveFacts } from "../inbox/facts.ts";
import { saveSellers } from "../inbox/sellers.ts";
import { type AccountNumbers, type Accounts, type BatchAccounts, saveAccounts } from "../ledger/accounts.ts";
import { saveEntries } from "../ledger/journal.ts";
import type { Loaded } from "../loaded.ts";
import { saveDeliveries } from "../outbox/deliveries.ts";
import { saveMessages } from "../outbox/messages.ts";
import { insertActions } from "../people/people.ts";
import { doingOf, newlySaid, saveDiscrepancies, saveWords } from "../reconciling/discrepancies.ts";
import { saveMarks } from "../reconciling/provider-statements.ts";
import { saveRuns } from "../reconciling/reconciliations.ts";
import { saveHolds } from "../wallets/holds.ts";
import { saveLimits } from "../wallets/limits.ts";
import { saveLots } from "../wallets/lots.ts";
import { usageName } from "../wallets/nouns/usage.ts";
import { saveUsage } from "../wallets/usage.ts";
import { saveLines } from "../wallets/wallet-lines.ts";
import { saveWallets } from "../wallets/wallets.ts";
import { applyWaiting } from "./arrivals.ts";
import { saveDecisions } from "./idempotency-keys.ts";
import { resolveReferences } from "./references.ts";

/**
 * Stores what deciding has put into the books: one statement for many rows of each table, tables in one order (what is
 * referred to before what refers), rows sorted by their keys, so that writers wait for each other in one direction.
 */
export async function save(
  session: Session,
  loaded: Loaded,
  { accounts, now, reserved }: { accounts: Accounts; now: Instant; reserved: Reserved | undefined },
): Promise<AccountNumbers> {
  const { books, numbers } = loaded;
  const changes = books.changes();
  const batchAccounts = await accounts.find(session, books.entries);
  await resolveReferences(session, loaded);
  const nextNumber = await number(session, loaded, { accounts: batchAccounts, reserved });

  const charges = [...changes.charges.added, ...changes.charges.changed];
  const wallets = [...changes.wallets.added, ...changes.wallets.changed];
  await saveEvents(session, numbers, changes.events);
  await saveRenderings(session, numbers, books.renderings);
  await saveCharges(session, numbers, changes.charges);
  await saveNames(session, loaded);
  await savePayouts(session, numbers, changes.payouts);
  await saveWallets(session, numbers, changes.wallets);
  await saveAccounts(session, batchAccounts, nextNumber);
  const heard = await saveFacts(session, loaded, books.facts, nextNumber);
  await saveClaims(session, books, heard);
  await saveSellers(session, books);
  await saveMovements(session, loaded, charges);
  await saveEntries(session, numbers, batchAccounts.numbers, books.entries);
  await saveLots(session, loaded, wallets);
  await saveLines(session, numbers, books.walletLines);
  await saveLimits(session, loaded, wallets);
  await saveHolds(session, numbers, changes.holds);
  await saveUsage(session, numbers, changes.usage);
  await saveLinks(session, books.newLinks);
  await saveCredits(session, changes.credits);
  await saveMemos(session, numbers, books.creditMemos, nextNumber);
  const said = await newlySaid(session, books);
  await saveDiscrepancies(session, numbers, said, ({ id, status }) =>
    doingOf(status, books.personsWords.get(id), numbers),
  );
  await saveWords(session, numbers, books.personsWords);
  await saveRuns(session, numbers, books.newRuns);
  await saveMessages(session, numbers, [...books.messages, ...said.flatMap(announcementOf)]);
  await saveMerges(session, loaded);
  await saveDecisions(session, changes.decisions.added);
  await saveDeliveries(session, numbers, changes.deliveries.changed);
  await saveMarks(session, books.statementMarks);
  await insertActions(session, books.actions);
  await applyWaiting(session, loaded, now);
  return batchAccounts.numbers;
}

/** Internal numbers that may be taken. */
export interface Reserved {
  readonly count: number;
  readonly next: () => bigint;
}

/** Gives every new row of the batch its internal number; what is returned numbers the new accounts. */
async function number(
  session: Session,
  { books, numbers }: Loaded,
  { accounts, reserved }: { accounts: BatchAccounts; reserved: Reserved | undefined },
) {
  const ids = newIds(books).filter((id) => !numbers.has(id));
  const count = ids.length + accounts.missing.length + books.facts.length + books.creditMemos.length;
  if (count === 0) return () => 0n;
  const isEnough = reserved !== undefined && reserved.count >= count;
  const nextNumber = isEnough ? reserved.next : await session.engine.reserveNumbers(session.trx, count);
  for (const id of ids) numbers.set(id, nextNumber());
  return nextNumber;
}

function newIds(books: Books): string[] {
  const { events, charges, payouts, wallets, usage } = books.changes();
  const movements = [...charges.added, ...charges.changed].flatMap(movementIds);
  const added = [events, charges, payouts, wallets].flatMap((nouns) => nouns.added.map(({ id }) => id));
  const used = usage.added.map(({ id }) => usageName(id));
  const announced = [...books.discrepancies.values()].flatMap(announcementOf);
  const appended = [...books.entries, ...books.messages, ...announced, ...books.newRuns].map(({ id }) => id);
  return [...new Set([...added, ...movements, ...appended, ...books.discrepancies.keys(), ...used])];
}

const announcementOf = ({ announcement }: Discrepancy): readonly Message[] =>
  announcement === undefined ? [] : [announcement];

function movementIds({ charge }: ChargeRecord): string[] {
  return charge === null ? [] : charge.movements.map(({ id }) => id);
}
