import { z } from "zod";
import { quoteAnswer } from "../services/documents/usage.ts";
import type { Services } from "../services/services.ts";
import { quote } from "../services/spending/dry-run.ts";
import {
  askedFields,
  mayBePriced,
  namesOnePayer,
  onePayer,
  oneValue,
  payerOf,
  refusalProblem,
  wantedOf,
  whyUnpriced,
} from "./kit/asked.ts";
import { type Operation, writing } from "./kit/operation.ts";

const quoteBody = z
  .strictObject(askedFields)
  .refine(namesOnePayer, onePayer)
  .refine(mayBePriced, oneValue)
  .refine(({ amount }) => amount !== 0n, { path: ["amount"], message: "must be more than 0" });

export function quoteOperations(services: Services): Operation[] {
  return [
    writing(
      "/quotes",
      {
        roles: ["app"],
        summary:
          "What something would cost a wallet now, and which lots would pay for it; nothing is changed",
        body: quoteBody,
        answers: quoteAnswer,
        problems: ["unknown_meter", "not_found", "no_price", "currency_required", "currency_mismatch"],
      },
      async ({ body }) => {
        const named = { currency: body.currency ?? null, member: body.member ?? null };
        const asked = { payer: payerOf(body), wanted: wantedOf(body), ...named };
        const quoted = await quote(services, asked);
        if (quoted.kind === "refused")
          throw refusalProblem(quoted.reason, "body_invalid", whyUnpriced(services, quoted.reason, body));
        return quoted;
      },
    ),
  ];
}
