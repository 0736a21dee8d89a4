import { Router } from "express";
import { readAccounts } from "../services/read-ledger.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { pageJson } from "./cursor.ts";
import { accountJson } from "./json/entry.ts";
import { instant, readListQuery, text } from "./query.ts";

export function accountRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/accounts", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "accounts", { at: instant, prefix: text });
    response.json(pageJson("accounts", await readAccounts(services, filter, page), accountJson));
  });

  return routes;
}
