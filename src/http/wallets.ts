import { Router } from "express";
import type { WalletId } from "../domain/ids.ts";
import { readLots, readStatement, readWallet, readWallets } from "../services/read-wallets.ts";
import type { Services } from "../services/services.ts";
import { allow } from "./authentication.ts";
import { pageJson } from "./cursor.ts";
import { lotJson, statementLineJson, walletJson } from "./json/wallet.ts";
import { HttpProblem } from "./problem.ts";
import { readListQuery, readQuery, text, timeWindow } from "./query.ts";

export function walletRoutes(services: Services): Router {
  const routes = Router();
  const readers = allow("app", "read");
  const unknown = () => new HttpProblem("not_found", "There is no wallet of this id.");

  routes.get("/wallets", readers, async (request, response) => {
    const { filter, page } = readListQuery(request, "wallets", { owner: text, currency: text });
    response.json(pageJson("wallets", await readWallets(services, filter, page), walletJson));
  });

  routes.get("/wallets/:id", readers, async (request, response) => {
    readQuery(request, {});
    const wallet = await readWallet(services, request.params.id as WalletId);
    if (wallet === undefined) throw unknown();
    response.json(walletJson(wallet));
  });

  routes.get("/wallets/:id/entries", readers, async (request, response) => {
    const { filter, page } = readListQuery(request, "statement", timeWindow);
    const lines = await readStatement(services, request.params.id as WalletId, filter, page);
    if (lines === undefined) throw unknown();
    response.json(pageJson("statement", lines, statementLineJson));
  });

  routes.get("/wallets/:id/lots", readers, async (request, response) => {
    const { page } = readListQuery(request, "lots", {});
    const lots = await readLots(services, request.params.id as WalletId, page);
    if (lots === undefined) throw unknown();
    response.json(pageJson("lots", lots, lotJson));
  });

  return routes;
}
