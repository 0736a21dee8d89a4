import { z } from "zod";
import {
  type LinkRequest,
  type LinkResult,
  linkCustomer,
  type MovedValue,
} from "../services/charges/link-customer.ts";
import type { Services } from "../services/services.ts";
import { amount, list, object, text } from "../store/described/field.ts";
import { answer } from "../store/described/noun.ts";
import { name } from "./kit/fields.ts";
import { type Operation, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export const linkBody = ({ providers }: Services) =>
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
        answers: linkAnswer,
        problems: ["already_linked", "open_holds"],
      },
      async ({ body, once }) => {
        const { customer_ref: customerRef, move, ...rest } = body;
        const link = { ...rest, customerRef, move: move ?? null };
        return linked(link, await linkCustomer(once(services), link));
      },
    ),
  ];
}

const moved = answer<MovedValue>()("MovedValue", "Value that moved to another wallet.", (from) => ({
  currency: text,
  amount,
  fromWalletId: from(text, (value) => value.from),
  toWalletId: from(text, (value) => value.to),
}));

export const linkAnswer = answer<LinkRequest & { readonly moved: readonly MovedValue[] }>()(
  "Link",
  "Whose a customer is, and what moved.",
  () => ({ provider: text, account: text, customerRef: text, owner: text, moved: list(object(moved)) }),
);

function linked(link: LinkRequest, result: LinkResult) {
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
  return { ...link, moved: result.moved };
}
