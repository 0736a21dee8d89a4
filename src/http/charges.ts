import { Router } from "express";
import { reversals } from "../domain/charge.ts";
import { type ChargeId, providerNames } from "../domain/ids.ts";
import { readCharge, readCharges } from "../services/read-charges.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { pageJson } from "./cursor.ts";
import { chargeDetailJson, chargeJson } from "./json/charge.ts";
import { HttpProblem } from "./problem.ts";
import { oneOf, readListQuery, readQuery, text, timeWindow } from "./query.ts";

const chargeStatuses = ["draft", "open", "past_due", "paid", "uncollectible", "void", "unseen"] as const;

export function chargeRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/charges", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "charges", {
      provider: oneOf(providerNames),
      status: oneOf(chargeStatuses),
      reversal: oneOf(reversals),
      currency: text,
      owner: text,
      customer_ref: text,
      ref: text,
      ...timeWindow,
    });
    const { customer_ref: customerRef, ...rest } = filter;
    const charges = await readCharges(services, { ...rest, customerRef }, page);
    response.json(pageJson("charges", charges, chargeJson));
  });

  routes.get("/charges/:id", allow("read"), async (request, response) => {
    readQuery(request, {});
    const charge = await readCharge(services, request.params.id as ChargeId);
    if (charge === undefined) throw new HttpProblem("not_found", "There is no charge of this id.");
    response.json(chargeDetailJson(charge));
  });

  return routes;
}
