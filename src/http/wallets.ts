import { z } from "zod";
import { toldKind, toldKinds } from "../domain/book/journal.ts";
import type { WalletId } from "../domain/ids.ts";
import {
  bothClocks,
  instant,
  oneOf as oneOfWords,
  text,
  timeWindow,
} from "../services/documents/parameters.ts";
import { explainedLot, explanationAnswer } from "../services/documents/wallet.ts";
import type { Services } from "../services/services.ts";
import { explainBalance, openWallet, readLots, readStatement } from "../services/spending/wallets.ts";
import { amount, oneOf, time } from "../store/described/field.ts";
import { answer } from "../store/described/noun.ts";
import { lotNoun, type StatementLine, walletLineNoun, walletNoun } from "../store/wallets/nouns/wallet.ts";
import { listWallets, walletById } from "../store/wallets/read/wallets.ts";
import { currency, name } from "./kit/fields.ts";
import { listing, listingBeside, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export const unknownWallet = () => new HttpProblem("not_found", "There is no wallet of this id.");

/** To whom they are shown on a page of the app's, why and of which charge or event is not said. */
const ownersLine = answer<StatementLine>()("OwnersLine", "A line of a statement, for its owner.", (from) => ({
  kind: from(oneOf(toldKinds), ({ kind }) => toldKind(kind).kind),
  amount,
  balanceAfter: amount,
  effectiveAt: time,
  postedAt: time,
}));

export function walletOperations(services: Services): Operation[] {
  const ofWallet = { roles: ["app", "read"], problems: ["not_found"] } as const;
  return [
    listing(
      "/wallets",
      {
        ...ofWallet,
        summary: "Prepaid value",
        list: "wallets",
        answers: walletNoun,
        query: { owner: text, currency: text },
      },
      ({ filter, page }) => listWallets(services.store.read, filter, page),
    ),

    writing(
      "/wallets",
      {
        roles: ["app"],
        summary: "Opens a wallet for an owner, or gives the one there is",
        body: z.strictObject({ owner: name, currency }),
        answers: walletNoun,
      },
      async ({ body, once }) => (await openWallet(once(services), body)).wallet,
    ),

    reading(
      "/wallets/:id",
      { ...ofWallet, summary: "A wallet", query: {}, answers: walletNoun },
      async ({ id }) => {
        const wallet = await walletById(services.store.read, id as WalletId);
        if (wallet === undefined) throw unknownWallet();
        return wallet;
      },
    ),

    listing(
      "/wallets/:id/entries",
      {
        ...ofWallet,
        summary:
          "A wallet's statement, newest first, in the order of one clock with the balance by it; without `clock` in ours, of a window by the provider's",
        list: "statement",
        answers: walletLineNoun,
        toTokens: ownersLine,
        query: { ...timeWindow, clock: oneOfWords(bothClocks) },
      },
      async ({ id, filter, page }) => {
        const lines = await readStatement(services, id as WalletId, filter, page);
        if (lines === undefined) throw unknownWallet();
        return lines;
      },
    ),

    listing(
      "/wallets/:id/lots",
      {
        ...ofWallet,
        summary: "What is left of each top-up and grant",
        list: "lots",
        answers: lotNoun,
        query: {},
      },
      async ({ id, page }) => {
        const lots = await readLots(services, id as WalletId, page);
        if (lots === undefined) throw unknownWallet();
        return lots;
      },
    ),

    listingBeside(
      "/wallets/:id/explain",
      {
        roles: ["read"],
        summary:
          "A balance at a time on our clock, down to the lots it consists of, their charges, entries and events",
        list: "explanation",
        isOneWay: true,
        answers: explainedLot,
        beside: explanationAnswer,
        query: { at: instant },
        problems: ["not_found"],
      },
      async ({ id, filter, page }) => {
        const explanation = await explainBalance(services, id as WalletId, filter, page);
        if (explanation === undefined) throw unknownWallet();
        return { beside: explanation, page: explanation.lots };
      },
    ),
  ];
}
