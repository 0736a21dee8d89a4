import { z } from "zod";
import { type LinkRequest, type LinkResult, linkCustomer } from "../services/link-customer.ts";
import type { Services } from "../services/services.ts";
import { name } from "./fields.ts";
import { amount } from "./json/values.ts";
import { type Operation, writing } from "./operation.ts";
import { HttpProblem } from "./problem.ts";

const linkBody = ({ providers }: Services) =>
  z.strictObject({
    provider: z.enum([...providers.keys()]),
    account: name.default("default"),
    customer_ref: name,
    owner: name,
    move: z.boolean().optional(),
  });

export function customerOperations(services: Services): Operation[] {
  return [
    writing(
      "/customers/link",
      {
        roles: ["finance"],
        summary: "Says whose a customer is; what is left of its charges moves to that owner's wallets",
        body: linkBody(services),
        problems: ["already_linked", "open_holds"],
      },
      async ({ body, once }) => {
        const { customer_ref: customerRef, move, ...rest } = body;
        const link = { ...rest, customerRef, move: move ?? null };
        return linkedJson(link, await linkCustomer(once(services), link));
      },
    ),
  ];
}

function linkedJson({ provider, account, customerRef, owner }: LinkRequest, result: LinkResult) {
  if (result.kind === "already_linked")
    throw new HttpProblem(
      "already_linked",
      `It belongs to ${result.owner}; "move": true gives it to another.`,
    );
  if (result.kind === "open_holds")
    throw new HttpProblem(
      "open_holds",
      `Wallet ${result.walletId} has value on hold; settle or release it first.`,
    );
  const moved = result.moved.map(({ from, to, currency, amount: value }) => ({
    currency,
    amount: amount(value),
    from_wallet_id: from,
    to_wallet_id: to,
  }));
  return { provider, account, customer_ref: customerRef, owner, moved };
}
