import { type Request, Router } from "express";
import { z } from "zod";
import { providerNames } from "../domain/ids.ts";
import { type LinkRequest, linkCustomer } from "../services/link-customer.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { writeOnce } from "./idempotency-key.ts";
import { amount } from "./json/values.ts";
import { HttpProblem } from "./problem.ts";

const name = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\u0021-\u007e]+$/, "must be printable and without spaces");
const linkBody = z.strictObject({
  provider: z.enum(providerNames),
  account: name.default("default"),
  customer_ref: name,
  owner: name,
  move: z.boolean().optional(),
});

export function customerRoutes(services: Services): Router {
  const routes = Router();

  routes.post("/customers/link", allow("finance"), async (request, response) => {
    const link = readLink(request);
    const result = await linkCustomer(writeOnce(services, request, response), link);
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
    const { provider, account, customerRef, owner } = link;
    const moved = result.moved.map(({ from, to, currency, amount: value }) => ({
      currency,
      amount: amount(value),
      from_wallet_id: from,
      to_wallet_id: to,
    }));
    response.json({ provider, account, customer_ref: customerRef, owner, moved });
  });

  return routes;
}

/** @throws HttpProblem `body_invalid` */
function readLink(request: Request): LinkRequest {
  const body = linkBody.safeParse(request.body);
  if (!body.success) {
    const [issue] = body.error.issues;
    throw new HttpProblem("body_invalid", `${issue?.path.join(".") || "The body"}: ${issue?.message}`);
  }
  const { customer_ref: customerRef, move, ...rest } = body.data;
  return { ...rest, customerRef, move: move ?? null };
}
