import { rollForwardOf, rollForwardQuery } from "../services/documents/exports/files.ts";
import { rollForwardAnswer } from "../services/documents/ledger.ts";
import { monthOf, monthQuery } from "../services/documents/parameters.ts";
import { usageAsked, usageReportQuery, usageSumAnswer } from "../services/documents/usage-report.ts";
import { reportedMonth, uncoveredAnswer } from "../services/documents/wallet.ts";
import { rollForward } from "../services/export/rollforward.ts";
import type { Services } from "../services/services.ts";
import { reportUsagePage } from "../services/spending/usage.ts";
import { reportUncovered } from "../services/spending/wallets.ts";
import { listing, listingBeside, type Operation, reading } from "./kit/operation.ts";

export function reportOperations(services: Services): Operation[] {
  return [
    listingBeside(
      "/reports/uncovered",
      {
        roles: ["read"],
        summary: "What no value paid for in a month of our clock, by owner, kind and meter",
        list: "uncovered",
        isOneWay: true,
        answers: uncoveredAnswer,
        beside: reportedMonth,
        query: monthQuery,
      },
      async ({ filter, page }) => {
        const month = monthOf(filter);
        return { beside: month, page: await reportUncovered(services, month, page) };
      },
    ),

    listing(
      "/reports/usage",
      {
        roles: ["app", "read"],
        summary:
          "What was used, by period, wallet, meter and member, as limits count it; of all owners in a window of at most 400 days",
        list: "usage_report",
        isOneWay: true,
        answers: usageSumAnswer,
        query: usageReportQuery,
      },
      ({ filter, page }) => reportUsagePage(services, usageAsked(filter), page),
    ),

    reading(
      "/reports/rollforward",
      {
        roles: ["read"],
        summary:
          "A month of wallets and of provider-held credit: opening, what came and went, closing; it always ties",
        query: rollForwardQuery,
        answers: rollForwardAnswer,
      },
      async ({ query }) => {
        const options = rollForwardOf(query);
        return { ...options, rolled: await rollForward(services, options) };
      },
    ),
  ];
}
