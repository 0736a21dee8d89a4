import { type MovementStatus, movementKinds } from "../domain/facts/facts.ts";
import { movementAnswer } from "../services/documents/movement.ts";
import { oneOf, text, timeWindow } from "../services/documents/parameters.ts";
import { readMovement, readMovements } from "../services/read/movements.ts";
import type { Services } from "../services/services.ts";
import { HttpProblem } from "./kit/problem.ts";
import { listing, type Operation, reading } from "./operation.ts";

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
  ref: text,
  uncovered: oneOf(["true"]),
  no_wallet: oneOf(["true"]),
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
      async ({ filter: { charge_id: chargeId, uncovered, no_wallet, ...rest }, page }) =>
        readMovements(
          services,
          { ...rest, chargeId, uncovered: uncovered === "true", noWallet: no_wallet === "true" },
          page,
        ),
    ),

    reading(
      "/movements/:id",
      {
        roles: ["read"],
        summary: "A refund, a dispute, a credit, or the reversal of one",
        query: {},
        answers: movementAnswer,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const movement = await readMovement(services, id);
        if (movement === undefined) throw new HttpProblem("not_found", "There is no movement of this id.");
        return movement.view;
      },
    ),
  ];
}
