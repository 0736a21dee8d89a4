import { Router } from "express";
import { readEntries } from "../services/read-ledger.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { pageJson } from "./cursor.ts";
import { entryJson } from "./json/entry.ts";
import { oneOf, readListQuery, text, timeWindow } from "./query.ts";

export function entryRoutes(services: Services): Router {
  const routes = Router();

  routes.get("/entries", allow("read"), async (request, response) => {
    const { filter, page } = readListQuery(request, "entries", {
      account: text,
      charge_id: text,
      wallet_id: text,
      clock: oneOf(["effective", "posted"]),
      ...timeWindow,
    });
    const { charge_id: chargeId, wallet_id: walletId, ...rest } = filter;
    const entries = await readEntries(services, { ...rest, chargeId, walletId }, page);
    response.json(pageJson("entries", entries, entryJson));
  });

  return routes;
}
