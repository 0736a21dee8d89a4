import type { Services } from "../services/services.ts";
import { type BalanceAnswer, enoughBalance } from "../services/spending/enough-balance.ts";
import {
  askedFields,
  mayBePriced,
  namesOnePayer,
  onePayer,
  payerOf,
  refusalProblem,
  wantedOf,
} from "./asked.ts";
import { amount } from "./json/values.ts";
import { type Operation, reading } from "./operation.ts";
import { HttpProblem } from "./problem.ts";

export function enoughBalanceOperations(services: Services): Operation[] {
  return [
    reading(
      "/enough-balance",
      {
        roles: ["app"],
        summary: "Whether a wallet could pay for something now; cheap enough for every request",
        query: { ...askedFields, quantity: askedFields.quantity.describe("1 if none is named") },
        problems: ["unknown_meter", "not_found", "no_price", "currency_required", "currency_mismatch"],
      },
      async ({ query }) => {
        if (!namesOnePayer(query)) throw new HttpProblem("query_invalid", `${onePayer.message}.`);
        if (!mayBePriced(query)) throw new HttpProblem("query_invalid", "either meter is needed, or amount.");
        const answer = await enoughBalance(services, {
          payer: payerOf(query),
          wanted: wantedOf(query),
          currency: query.currency ?? null,
        });
        if (answer.kind === "refused") throw refusalProblem(answer.reason, "query_invalid");
        return answerJson(answer);
      },
    ),
  ];
}

function answerJson({ enough, available, cost, shortfall, walletId, seq }: BalanceAnswer) {
  return {
    enough,
    available: amount(available),
    cost: amount(cost),
    shortfall: amount(shortfall),
    wallet_id: walletId,
    seq,
  };
}
