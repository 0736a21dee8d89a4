import { Router } from "express";
import { audit } from "../services/audit.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { readQuery } from "./query.ts";

export function auditRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/audit", allow("finance"), async (request, response) => {
    readQuery(request, {});
    response.json(await audit(services));
  });

  return routes;
}
