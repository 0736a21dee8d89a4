import { Router } from "express";
import { providerNames } from "../domain/ids.ts";
import { readDiscrepancies } from "../services/read-discrepancies.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { pageJson } from "./cursor.ts";
import { discrepancyJson } from "./json/discrepancy.ts";
import { oneOf, readListQuery, text } from "./query.ts";

export function discrepancyRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/discrepancies", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "discrepancies", {
      status: oneOf(["open", "resolved"]),
      kind: text,
      provider: oneOf(providerNames),
    });
    response.json(
      pageJson("discrepancies", await readDiscrepancies(services, filter, page), discrepancyJson),
    );
  });

  return routes;
}
