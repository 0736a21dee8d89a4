import { readMovement, readMovements } from "../services/charges/read-charges.ts";
import { movementFilterOf, movementWords } from "../services/documents/charge.ts";
import { timeWindow } from "../services/documents/parameters.ts";
import type { Services } from "../services/services.ts";
import { movementNoun } from "../store/charges/nouns/movement.ts";
import { listing, type Operation, reading } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

const movementQuery = { ...movementWords, ...timeWindow };

export function movementOperations(services: Services): Operation[] {
  return [
    listing(
      "/movements",
      {
        roles: ["read"],
        summary: "Refunds, disputes, credits, and their reversals",
        list: "movements",
        answers: movementNoun,
        query: movementQuery,
      },
      async ({ filter: { from, to, ...words }, page }) =>
        readMovements(services, { ...movementFilterOf(words), from, to }, page),
    ),

    reading(
      "/movements/:id",
      {
        roles: ["read"],
        summary: "A refund, a dispute, a credit, or the reversal of one",
        query: {},
        answers: movementNoun,
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
