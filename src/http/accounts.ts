import type { Posting } from "../domain/book/journal.ts";
import { instant, oneOf, text } from "../services/documents/parameters.ts";
import { readAccounts } from "../services/read/ledger.ts";
import { inOneMoment } from "../services/read/moment.ts";
import type { Services } from "../services/services.ts";
import { amount, text as textField } from "../store/described/field.ts";
import { answer } from "../store/described/noun.ts";
import { listing, type Operation } from "./operation.ts";

const accountAnswer = answer<Posting>()("Account", "What is on an account, in one currency.", (from) => ({
  account: textField.example("assets:provider:paddle:default:balance"),
  currency: textField,
  balance: from(amount.about("Debit is positive, credit negative."), (of) => of.amount),
}));

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
          clock: oneOf(["effective", "posted"]),
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
  ];
}
