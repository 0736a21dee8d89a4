import { accountAnswer, ledgerLine } from "../services/documents/ledger.ts";
import { bothClocks, instant, oneOf, text, timeWindow } from "../services/documents/parameters.ts";
import { inOneMoment } from "../services/kit/moment.ts";
import { readAccountLedger, readAccounts } from "../services/ledger/read-ledger.ts";
import type { Services } from "../services/services.ts";
import { listing, type Operation } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export function accountOperations(services: Services): Operation[] {
  return [
    listing(
      "/accounts",
      {
        roles: ["read"],
        summary:
          "The trial balance: what is on each account, now or at a time; rolled up, one line for all accounts that stand for one object of a kind each",
        list: "accounts",
        isOneWay: true,
        answers: accountAnswer,
        query: {
          at: instant,
          clock: oneOf(bothClocks),
          prefix: text,
          currency: text,
          rolled_up: oneOf(["true"]),
        },
      },
      async ({ filter: { rolled_up, ...filter }, page }) =>
        inOneMoment(services, (moment) =>
          readAccounts(moment, { ...filter, isRolledUp: rolled_up === "true" }, page),
        ),
    ),

    listing(
      "/accounts/:id/lines",
      {
        roles: ["read"],
        summary:
          "The ledger of an account, by its path, in one currency: newest first by one clock, with what it held after each line",
        list: "ledger",
        answers: ledgerLine,
        query: { currency: text, clock: oneOf(bothClocks), ...timeWindow },
        problems: ["not_found"],
      },
      ({ id, filter: { clock = "effective", ...filter }, page }) =>
        inOneMoment(services, async (moment) => {
          const found = await readAccountLedger(moment, id, { ...filter, clock }, page);
          if (found === undefined)
            throw new HttpProblem("not_found", "Nothing was ever posted to such an account.");
          return found.lines;
        }),
    ),
  ];
}
