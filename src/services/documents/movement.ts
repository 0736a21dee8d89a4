import type { z } from "zod";
import { type MovementStatus, movementKinds } from "../../domain/facts/facts.ts";
import type { MovementFilter } from "../../store/charges/read/movements.ts";
import { amount, flag, list, object, oneOf, text, time } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { MovementView } from "../charges/read-movements.ts";
import * as asked from "./parameters.ts";
import { settlement } from "./settlement.ts";

type MovementLine = MovementView["movement"]["lines"][number];

const line = answer<MovementLine>()(
  "MovementLine",
  "What of a movement belongs to one line of its charge.",
  () => ({
    lineRef: text,
    amount,
  }),
);

export const movementAnswer = answer<MovementView>()(
  "Movement",
  "Money or credit going the other way on a charge. Amounts are positive in its own direction.",
  (from) => ({
    id: from(text.example("mov_adj_01hv8m0xq6~paddle"), ({ movement }) => movement.id),
    provider: text,
    ref: from(text, ({ movement }) => movement.ref),
    kind: from(oneOf(movementKinds), ({ movement }) => movement.kind),
    status: from(text, ({ movement }) => movement.status),
    effective: from(
      flag.about("Whether money or credit has really moved."),
      ({ movement }) => movement.effective,
    ),
    warning: from(flag, ({ movement }) => movement.warning),
    chargeId: from(text.example("chg_txn_01hv8m0xq5~paddle"), ({ movement }) => movement.chargeId),
    currency: from(text, ({ movement }) => movement.currency),
    amount: from(amount, ({ movement }) => movement.amount),
    tax: from(amount.about("Of the amount, the tax that goes back."), ({ taxBack }) => taxBack),
    fee: from(amount.nullable, ({ movement }) => movement.fee),
    settlement: from(object(settlement).nullable, ({ settled, payoutRef }) =>
      settled === null ? null : { ...settled, payoutRef },
    ),
    takenBack: amount.nullable.about(
      "What it takes back from the wallet; null while its charge has not been seen.",
    ),
    uncovered: amount.nullable.about("What of that no value covers now."),
    lines: from(list(object(line)), ({ movement }) => movement.lines),
    reason: from(text.nullable, ({ movement }) => movement.reason),
    occurredAt: from(time, ({ movement }) => movement.occurredAt),
  }),
);

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
