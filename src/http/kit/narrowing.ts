import type { NextFunction, Request, RequestHandler, Response } from "express";
import { type HoldId, type LimitId, type UsageId, type WalletId, walletOfHold } from "../../domain/ids.ts";
import { parametersOf } from "../../services/documents/parameters.ts";
import type { Services } from "../../services/services.ts";
import { limitStanding } from "../../store/wallets/read/limits.ts";
import { usageById } from "../../store/wallets/read/usage.ts";
import { walletById } from "../../store/wallets/read/wallets.ts";
import { callerIfLetIn, narrowedTo } from "./authentication.ts";
import type { Operation } from "./operation.ts";
import { HttpProblem } from "./problem.ts";

/** What a request is about, as far as that decides whose it is. */
interface Asked {
  readonly services: Services;
  readonly request: Pick<Request, "url" | "params" | "body">;
  readonly owner: string;
}

/** Whether all that a request names is its owner's. */
type IsOwn = (asked: Asked) => boolean | Promise<boolean>;

const idOf = ({ request }: Asked): string => String(Object.values(request.params)[0] ?? "");

async function isOwnWallet({ services, owner }: Asked, id: string): Promise<boolean> {
  return (await walletById(services.store.read, id as WalletId))?.owner === owner;
}

/** An owner or a wallet; with neither it is refused for that by its route. */
function isOwnPayer(asked: Asked, payer: unknown): boolean | Promise<boolean> {
  const { owner, wallet_id } = (payer ?? {}) as { owner?: unknown; wallet_id?: unknown };
  if (owner !== undefined && owner !== asked.owner) return false;
  return wallet_id === undefined || isOwnWallet(asked, String(wallet_id));
}

const ofWallet: IsOwn = (asked) => isOwnWallet(asked, idOf(asked));
const ofBody: IsOwn = (asked) => isOwnPayer(asked, asked.request.body);
const ofQuery: IsOwn = (asked) => isOwnPayer(asked, parametersOf(asked.request.url));
const ofHold: IsOwn = (asked) => isOwnWallet(asked, walletOfHold(idOf(asked) as HoldId) ?? "");

const ofUsage: IsOwn = async (asked) => {
  const usage = await usageById(asked.services.store.read, idOf(asked) as UsageId);
  return usage !== undefined && isOwnWallet(asked, usage.walletId);
};

const ofLimit: IsOwn = async (asked) => {
  const { services, owner } = asked;
  const limit = await limitStanding(services.store.read, idOf(asked) as LimitId, services.clock.now());
  return limit?.owner === owner;
};

const ofUsageBatch: IsOwn = async (asked) => {
  const { events } = (asked.request.body ?? {}) as { events?: unknown };
  if (!Array.isArray(events)) return true;
  const owners = new Set(events.map((event) => (event as { owner?: unknown } | null)?.owner));
  const wallets = new Set(events.map((event) => (event as { wallet_id?: unknown } | null)?.wallet_id));
  const payers = [
    ...[...owners].map((owner) => ({ owner })),
    ...[...wallets].map((wallet_id) => ({ wallet_id })),
  ];
  for (const payer of payers) if (!(await isOwnPayer(asked, payer))) return false;
  return true;
};

/** A list is of this owner's. */
const ownList: IsOwn = (asked) => {
  const { request, owner } = asked;
  const parameters = parametersOf(request.url);
  if (parameters.owner !== undefined && parameters.owner !== owner) return false;
  request.url = `${request.url.split("?", 1)[0]}?${new URLSearchParams({ ...parameters, owner })}`;
  return true;
};

/** A wallet of theirs, or all that is theirs. */
const ofQueryOrAll: IsOwn = (asked) =>
  "wallet_id" in parametersOf(asked.request.url) ? ofQuery(asked) : ownList(asked);

/** Each route that the role `app` may use, by method and path: what is not here is not for somebody who is narrowed. */
export const narrowed: Readonly<Record<string, IsOwn>> = {
  "get /wallets": ownList,
  "post /wallets": ofBody,
  "get /wallets/:id": ofWallet,
  "get /wallets/:id/entries": ofWallet,
  "get /wallets/:id/lots": ofWallet,
  "get /wallets/:id/holds": ofWallet,
  "get /owners/:owner": (asked) => idOf(asked) === asked.owner,
  "post /owners/:owner/tokens": (asked) => idOf(asked) === asked.owner,
  "get /reports/usage": ofQueryOrAll,
  "get /enough-balance": ofQuery,
  "post /quotes": ofBody,
  "get /limits": ownList,
  "get /limits/:id": ofLimit,
  "put /limits/:id": ofBody,
  "delete /limits/:id": ofLimit,
  "post /usage": ofUsageBatch,
  "get /usage/:id": ofUsage,
  "post /usage/:id/reverse": ofUsage,
  "post /holds": ofBody,
  "get /holds/:id": ofHold,
  "post /holds/:id/settle": ofHold,
  "post /holds/:id/release": ofHold,
  "post /holds/:id/extend": ofHold,
};

/** Whoever is narrowed to an owner finds nothing of another's; it runs once the body was read. */
export function narrow(
  services: Services,
  { method, path }: Pick<Operation, "method" | "path">,
): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const caller = callerIfLetIn(response);
    const owner = caller === undefined ? null : narrowedTo(caller);
    if (owner !== null) await refuseForeign(`${method} ${path}`, { services, request, owner });
    next();
  };
}

/** @throws HttpProblem unless all that is asked for on a route is the owner's */
export async function refuseForeign(route: string, asked: Asked): Promise<void> {
  const isOwn = narrowed[route];
  if (isOwn === undefined) throw new HttpProblem("forbidden", "This is not for one owner.");
  if (!(await isOwn(asked))) throw new HttpProblem("not_found", "There is no such thing here.");
}
