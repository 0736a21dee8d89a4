import type { z } from "zod";
import { type MovementStatus, movementKinds } from "../../domain/facts/facts.ts";
import type { MovementFilter } from "../../store/charges/read/movements.ts";
import * as asked from "./parameters.ts";

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

/** What a list of movements is asked with, besides its period. */
export const movementWords = {
  kind: asked.oneOf(movementKinds),
  status: asked.oneOf(movementStatuses),
  charge_id: asked.text,
  ref: asked.text,
  uncovered: asked.oneOf(["true"]),
  no_wallet: asked.oneOf(["true"]),
};

type AskedMovements = z.output<z.ZodObject<typeof movementWords>>;

export function movementFilterOf({
  charge_id: chargeId,
  uncovered,
  no_wallet: noWallet,
  ...rest
}: AskedMovements): MovementFilter {
  return { ...rest, chargeId, uncovered: uncovered === "true", noWallet: noWallet === "true" };
}
