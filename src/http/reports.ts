import type { Services } from "../services/services.ts";
import { reportUncovered } from "../services/spending/report-uncovered.ts";
import { pageJson } from "./cursor.ts";
import { uncoveredJson } from "./json/uncovered.ts";
import { listing, type Operation } from "./operation.ts";
import { month } from "./query.ts";

export function reportOperations(services: Services): Operation[] {
  return [
    listing(
      "/reports/uncovered",
      {
        roles: ["read"],
        summary: "What no value paid for in a month of our clock, in UTC, by owner, kind and meter",
        list: "uncovered",
        query: { month },
      },
      async ({ filter, page }) => ({
        month: filter.month.name,
        ...pageJson("uncovered", await reportUncovered(services, filter.month, page), uncoveredJson),
      }),
    ),
  ];
}
