import { Router } from "express";
import { movementKinds } from "../domain/facts.ts";
import { readMovements } from "../services/read-movements.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { pageJson } from "./cursor.ts";
import { movementJson } from "./json/movement.ts";
import { oneOf, readListQuery, text, timeWindow } from "./query.ts";

const movementStatuses = ["pending", "approved", "rejected", "reversed"] as const;

export function movementRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/movements", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "movements", {
      kind: oneOf(movementKinds),
      status: oneOf(movementStatuses),
      charge_id: text,
      ...timeWindow,
    });
    const { charge_id: chargeId, ...rest } = filter;
    const movements = await readMovements(services, { ...rest, chargeId }, page);
    response.json(pageJson("movements", movements, movementJson));
  });

  return routes;
}
