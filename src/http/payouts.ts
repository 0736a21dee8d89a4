import { payoutStatuses } from "../domain/facts/transfer-facts.ts";
import { readPayouts } from "../services/read/payouts.ts";
import type { Services } from "../services/services.ts";
import { payoutAnswer } from "./json/payout.ts";
import { listing, type Operation } from "./operation.ts";
import { oneOf, providerFilter, text } from "./query.ts";

export function payoutOperations(services: Services): Operation[] {
  return [
    listing(
      "/payouts",
      {
        roles: ["read"],
        summary: "What providers sent to the bank, and what is on its way",
        list: "payouts",
        answers: payoutAnswer,
        query: { provider: providerFilter(services), status: oneOf(payoutStatuses), currency: text },
      },
      async ({ filter, page }) => readPayouts(services, filter, page),
    ),
  ];
}
