import type { Services } from "../services/services.ts";
import { type BalanceAnswer, enoughBalance } from "../services/spending/enough-balance.ts";
import { amount, count, flag, text } from "../store/described/field.ts";
import { answer } from "../store/described/noun.ts";
import {
  askedFields,
  mayBePriced,
  namesOnePayer,
  onePayer,
  payerOf,
  refusalProblem,
  wantedOf,
  whyUnpriced,
} from "./kit/asked.ts";
import { type Operation, reading } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export function enoughBalanceOperations(services: Services): Operation[] {
  return [
    reading(
      "/enough-balance",
      {
        roles: ["app"],
        summary: "Whether a wallet could pay for something now; cheap enough for every request",
        answers: balanceAnswer,
        query: { ...askedFields, quantity: askedFields.quantity.describe("1 if none is named") },
        problems: ["unknown_meter", "not_found", "no_price", "currency_required", "currency_mismatch"],
      },
      async ({ query }) => {
        if (!namesOnePayer(query)) throw new HttpProblem("query_invalid", `${onePayer.message}.`);
        if (!mayBePriced(query)) throw new HttpProblem("query_invalid", "either meter is needed, or amount.");
        const asked = await enoughBalance(services, {
          payer: payerOf(query),
          wanted: wantedOf(query),
          currency: query.currency ?? null,
          member: query.member ?? null,
        });
        if (asked.kind === "refused")
          throw refusalProblem(asked.reason, "query_invalid", whyUnpriced(services, asked.reason, query));
        return asked;
      },
    ),
  ];
}

export const balanceAnswer = answer<BalanceAnswer>()(
  "EnoughBalance",
  "Whether a wallet could pay now.",
  () => ({
    enough: flag,
    available: amount,
    cost: amount.about("Rounded up: however much is pending, no more will be requested."),
    shortfall: amount.about("What the balance lacks."),
    limited: amount.about("What of the cost the balance has, and a limit keeps."),
    limitId: text.nullable.about("The limit that leaves the least; null if none is of what is asked for."),
    limitLeft: amount.nullable.about("What it leaves."),
    walletId: text.nullable.about("Null if the owner has no wallet; then nothing is available."),
    seq: count.about("The wallet's last statement line: the answer is as fresh as that."),
  }),
);
