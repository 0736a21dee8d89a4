import { payoutStatuses } from "../domain/facts/transfer-facts.ts";
import { readPayoutRows } from "../services/charges/read-charges.ts";
import { oneOf, providerFilter, text, timeWindow } from "../services/documents/parameters.ts";
import { payoutRowAnswer } from "../services/documents/payout.ts";
import type { Services } from "../services/services.ts";
import { payoutAnswer } from "../store/charges/nouns/payout.ts";
import { findPayout, listPayouts } from "../store/charges/read/payouts.ts";
import { listing, type Operation, reading } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export function payoutOperations(services: Services): Operation[] {
  return [
    listing(
      "/payouts",
      {
        roles: ["read"],
        summary: "What providers sent to the bank, and what is on its way",
        list: "payouts",
        answers: payoutAnswer,
        query: {
          provider: providerFilter(services),
          status: oneOf(payoutStatuses),
          currency: text,
          ref: text,
          ...timeWindow,
        },
      },
      async ({ filter, page }) => listPayouts(services.store.read, filter, page),
    ),

    reading(
      "/payouts/:id",
      {
        roles: ["read"],
        summary: "A payout",
        query: {},
        answers: payoutAnswer,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const payout = await findPayout(services.store.read, id);
        if (payout === undefined) throw noPayout();
        return payout;
      },
    ),

    listing(
      "/payouts/:id/rows",
      {
        roles: ["read"],
        summary: "Which rows make a payout: what the provider states, and what we hold",
        list: "payout rows",
        isOneWay: true,
        answers: payoutRowAnswer,
        query: {},
        problems: ["not_found"],
      },
      async ({ id, page }) => {
        const rows = await readPayoutRows(services, id, page);
        if (rows === undefined) throw noPayout();
        return rows;
      },
    ),
  ];
}

const noPayout = () => new HttpProblem("not_found", "There is no payout of this id.");
