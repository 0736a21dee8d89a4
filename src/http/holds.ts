import { z } from "zod";
import type { HoldId, WalletId } from "../domain/ids.ts";
import { holdStatuses } from "../domain/spending/hold.ts";
import { oneOf } from "../services/documents/parameters.ts";
import { settledHold } from "../services/documents/usage.ts";
import type { Services } from "../services/services.ts";
import {
  extendHold,
  type HoldClosed,
  type HoldPlaced,
  type HoldUnknown,
  placeHold,
  readHolds,
  releaseHold,
  settleHold,
} from "../services/spending/holds.ts";
import { holdNoun } from "../store/wallets/nouns/spending.ts";
import { holdById } from "../store/wallets/read/holds.ts";
import {
  askedFields,
  namesOnePayer,
  namesOneValue,
  onePayer,
  oneValue,
  payerOf,
  refusalProblem,
  reservedOf,
  whyUnpriced,
} from "./kit/asked.ts";
import { amountOrZero, quantity } from "./kit/fields.ts";
import { listing, noFields, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";
import { unknownWallet } from "./wallets.ts";

/** In seconds. */
const expiresIn = z.int().min(1).max(86_400);

const holdBody = z
  .strictObject({ ...askedFields, expires_in: expiresIn })
  .refine(namesOnePayer, onePayer)
  .refine(namesOneValue, oneValue)
  .refine(({ amount }) => amount !== 0n, { path: ["amount"], message: "must be more than 0" });

const settleBody = z
  .strictObject({ quantity: quantity.optional(), amount: amountOrZero.optional() })
  .refine((body) => (body.quantity === undefined) !== (body.amount === undefined), {
    message: "either quantity or amount is needed, not both",
  });

export function holdOperations(services: Services): Operation[] {
  const ofHold = { roles: ["app"], problems: ["not_found", "hold_closed"] } as const;
  return [
    writing(
      "/holds",
      {
        roles: ["app"],
        summary: "Reserves value for usage in flight, if it is available",
        body: holdBody,
        answers: holdNoun,
        status: 201,
        problems: [
          "insufficient_balance",
          "limit_reached",
          "unknown_meter",
          "no_price",
          "currency_required",
          "currency_mismatch",
        ],
      },
      async ({ body, once }) =>
        placed(
          await placeHold(once(services), {
            payer: payerOf(body),
            reserved: reservedOf(body),
            currency: body.currency ?? null,
            member: body.member ?? null,
            expiresInSeconds: body.expires_in,
          }),
          (reason) => whyUnpriced(services, reason, body),
        ),
    ),

    reading(
      "/holds/:id",
      { roles: ["app"], summary: "A hold", query: {}, answers: holdNoun, problems: ["not_found"] },
      async ({ id }) => {
        const hold = await holdById(services.store.read, id as HoldId);
        if (hold === undefined) throw unknownHold();
        return hold;
      },
    ),

    writing(
      "/holds/:id/settle",
      {
        ...ofHold,
        summary: "Debits what was really used; after expiry it is accepted as late",
        body: settleBody,
        answers: settledHold,
      },
      async ({ id, body, once }) => {
        const used = body.amount === undefined ? { quantity: body.quantity ?? "" } : { amount: body.amount };
        const result = await settleHold(once(services), id as HoldId, used);
        if (result.kind === "refused") throw refusalProblem(result.reason);
        if (result.kind !== "settled") throw closedProblem(result);
        return result;
      },
    ),

    writing(
      "/holds/:id/release",
      { ...ofHold, summary: "Frees what is held: nothing was used", body: noFields, answers: holdNoun },
      async ({ id, once }) => {
        const result = await releaseHold(once(services), id as HoldId);
        if (result.kind !== "closed") throw closedProblem(result);
        return result.hold;
      },
    ),

    writing(
      "/holds/:id/extend",
      {
        ...ofHold,
        summary: "Gives an open hold more time, counted from now",
        body: z.strictObject({ expires_in: expiresIn }),
        answers: holdNoun,
      },
      async ({ id, body, once }) => {
        const result = await extendHold(once(services), id as HoldId, body.expires_in);
        if (result.kind === "refused") throw refusalProblem(result.reason);
        if (result.kind !== "extended") throw closedProblem(result);
        return result.hold;
      },
    ),

    listing(
      "/wallets/:id/holds",
      {
        roles: ["app", "read"],
        summary: "A wallet's holds",
        list: "holds",
        answers: holdNoun,
        query: { status: oneOf(holdStatuses) },
        problems: ["not_found"],
      },
      async ({ id, filter, page }) => {
        const holds = await readHolds(services, id as WalletId, filter, page);
        if (holds === undefined) throw unknownWallet();
        return holds;
      },
    ),
  ];
}

function placed(result: HoldPlaced, why: (reason: string) => string | undefined) {
  if (result.kind === "placed") return result.hold;
  if (result.kind === "refused") throw refusalProblem(result.reason, "body_invalid", why(result.reason));
  const { detail, members } = notPlaced(result);
  throw new HttpProblem(result.kind, detail, { members });
}

/** Why a hold could not be placed, for people and for programs. */
export function notPlaced(result: Extract<HoldPlaced, { kind: "insufficient_balance" | "limit_reached" }>) {
  const available = String(result.available);
  if (result.kind === "insufficient_balance") {
    const shortfall = String(result.shortfall);
    return { detail: `Of what is asked, ${shortfall} is missing.`, members: { available, shortfall } };
  }
  const [limited, limit_id, limit_left] = [String(result.limited), result.limitId, String(result.left)];
  const detail = `The limit ${limit_id} leaves ${limit_left}: of what is asked, it keeps ${limited}.`;
  return { detail, members: { available, limited, limit_id, limit_left } };
}

const unknownHold = () => new HttpProblem("not_found", "There is no hold of this id.");

function closedProblem(result: HoldUnknown | HoldClosed): HttpProblem {
  if (result.kind === "hold_unknown") return unknownHold();
  return new HttpProblem("hold_closed", `The hold is ${result.hold.status}.`);
}
