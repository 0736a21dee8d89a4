import { rollForward } from "../services/export/rollforward.ts";
import type { Services } from "../services/services.ts";
import { reportUncovered } from "../services/spending/report-uncovered.ts";
import { pageJson } from "./cursor.ts";
import { rollForwardOf, rollForwardQuery } from "./exports/files.ts";
import { rollForwardJson } from "./json/rollforward.ts";
import { uncoveredJson } from "./json/uncovered.ts";
import { listing, type Operation, reading } from "./operation.ts";
import { monthOf, monthQuery } from "./query.ts";

export function reportOperations(services: Services): Operation[] {
  return [
    listing(
      "/reports/uncovered",
      {
        roles: ["read"],
        summary: "What no value paid for in a month of our clock, by owner, kind and meter",
        list: "uncovered",
        query: monthQuery,
      },
      async ({ filter, page }) => {
        const month = monthOf(filter);
        const uncovered = await reportUncovered(services, month, page);
        return { month: month.name, zone: month.zone, ...pageJson("uncovered", uncovered, uncoveredJson) };
      },
    ),

    reading(
      "/reports/rollforward",
      {
        roles: ["read"],
        summary:
          "A month of wallets and of provider-held credit: opening, what came and went, closing; it always ties",
        query: rollForwardQuery,
      },
      async ({ query }) => {
        const options = rollForwardOf(query);
        return rollForwardJson(options, await rollForward(services, options));
      },
    ),
  ];
}
