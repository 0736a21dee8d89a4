import { type MovementStatus, movementKinds } from "../domain/facts/facts.ts";
import { movementAnswer } from "../services/documents/movement.ts";
import { oneOf, text, timeWindow } from "../services/documents/parameters.ts";
import { readMovements } from "../services/read/movements.ts";
import type { Services } from "../services/services.ts";
import { listing, type Operation } from "./operation.ts";

/** Paddle's words and Stripe's. */
const movementStatuses = [
  "pending",
  "approved",
  "rejected",
  "reversed",
  "succeeded",
  "failed",
  "canceled",
] as const satisfies readonly MovementStatus[];

const movementQuery = {
  kind: oneOf(movementKinds),
  status: oneOf(movementStatuses),
  charge_id: text,
  ...timeWindow,
};

export function movementOperations(services: Services): Operation[] {
  return [
    listing(
      "/movements",
      {
        roles: ["read"],
        summary: "Refunds, disputes, credits, and their reversals",
        list: "movements",
        answers: movementAnswer,
        query: movementQuery,
      },
      async ({ filter: { charge_id: chargeId, ...rest }, page }) =>
        readMovements(services, { ...rest, chargeId }, page),
    ),
  ];
}
