import { Router } from "express";
import { payoutStatuses } from "../domain/facts.ts";
import { providerNames } from "../domain/ids.ts";
import { readPayouts } from "../services/read-payouts.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { pageJson } from "./cursor.ts";
import { payoutJson } from "./json/payout.ts";
import { oneOf, readListQuery, text } from "./query.ts";

export function payoutRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/payouts", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "payouts", {
      provider: oneOf(providerNames),
      status: oneOf(payoutStatuses),
      currency: text,
    });
    response.json(pageJson("payouts", await readPayouts(services, filter, page), payoutJson));
  });

  return routes;
}
