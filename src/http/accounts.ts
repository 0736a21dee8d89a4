import { readAccounts } from "../services/read/ledger.ts";
import type { Services } from "../services/services.ts";
import { pageJson } from "./cursor.ts";
import { accountJson } from "./json/entry.ts";
import { listing, type Operation } from "./operation.ts";
import { instant, oneOf, text } from "./query.ts";

export function accountOperations(services: Services): Operation[] {
  return [
    listing(
      "/accounts",
      {
        roles: ["read"],
        summary: "The trial balance: what is on each account, now or at a time",
        list: "accounts",
        query: { at: instant, clock: oneOf(["effective", "posted"]), prefix: text },
      },
      async ({ filter, page }) =>
        pageJson("accounts", await readAccounts(services, filter, page), accountJson),
    ),
  ];
}
