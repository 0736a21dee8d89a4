import { z } from "zod";
import type { EntryId } from "../domain/ids.ts";
import { bothClocks, oneOf, text, timeWindow } from "../services/documents/parameters.ts";
import { bookedLine } from "../services/documents/wallet.ts";
import type { Services } from "../services/services.ts";
import { type EntryReversed, reverseEntry } from "../services/spending/book-by-hand.ts";
import { entryNoun } from "../store/ledger/nouns/entry.ts";
import { findEntry, listEntries } from "../store/ledger/read/entries.ts";
import { reason } from "./kit/fields.ts";
import { listing, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

const entryQuery = {
  account: text,
  charge_id: text,
  wallet_id: text,
  clock: oneOf(bothClocks),
  ...timeWindow,
};

export function entryOperations(services: Services): Operation[] {
  return [
    listing(
      "/entries",
      {
        roles: ["read"],
        summary: "The journal: immutable entries and their postings",
        list: "entries",
        answers: entryNoun,
        query: entryQuery,
      },
      async ({ filter: { charge_id: chargeId, wallet_id: walletId, ...rest }, page }) =>
        listEntries(services.store.read, { ...rest, chargeId, walletId }, page),
    ),

    reading(
      "/entries/:id",
      {
        roles: ["read"],
        summary: "An entry with its postings",
        query: {},
        answers: entryNoun,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const entry = await findEntry(services.store.read, id);
        if (entry === undefined) throw new HttpProblem("not_found", "There is no entry of this id.");
        return entry;
      },
    ),

    writing(
      "/entries/:id/reverse",
      {
        roles: ["finance"],
        summary:
          "Undoes a grant or a debit by hand: a debit altogether, a grant as far as its lot still has it",
        body: z.strictObject({ reason }),
        answers: bookedLine,
        idempotencyKey: "required",
        status: 201,
        problems: ["not_found", "already_reversed", "not_reversible", "nothing_left"],
      },
      async ({ id, body, once }) =>
        reversed(await reverseEntry(once(services), { entryId: id as EntryId, ...body })),
    ),
  ];
}

function reversed(result: EntryReversed) {
  switch (result.kind) {
    case "reversed":
      return result.line;
    case "already_reversed":
      throw new HttpProblem("already_reversed", `Entry ${result.entryId} has reversed it.`);
    case "entry_unknown":
      throw new HttpProblem("not_found", "There is no entry of this id.");
    case "not_reversible":
      throw new HttpProblem("not_reversible", "Only a grant or a debit by hand is undone like this.");
    case "nothing_left":
      throw new HttpProblem("nothing_left", "All of the grant is spent, held or expired.");
    default:
      return result satisfies never;
  }
}
