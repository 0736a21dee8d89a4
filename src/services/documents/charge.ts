import type { z } from "zod";
import { chargeStatuses, reversals } from "../../domain/charge/charge.ts";
import { type MovementStatus, movementKinds } from "../../domain/facts/facts.ts";
import { chargeNoun } from "../../store/charges/nouns/charge.ts";
import { movementNoun } from "../../store/charges/nouns/movement.ts";
import { chargeLine } from "../../store/charges/nouns/parts.ts";
import type { ChargeView } from "../../store/charges/read/charge-view.ts";
import { awaited, type ChargeFilter, type ChargeSum } from "../../store/charges/read/charges.ts";
import type { MovementFilter } from "../../store/charges/read/movements.ts";
import { amount, list, object, text, told } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { entryNoun } from "../../store/ledger/nouns/entry.ts";
import type { ChargeDetail } from "../charges/read-charges.ts";
import { eventSummary } from "./event.ts";
import * as asked from "./parameters.ts";

export const chargeDetail = extended<ChargeDetail, ChargeView>(
  chargeNoun,
  ({ view }) => view,
  answer<ChargeDetail>()("ChargeDetail", "A charge with its lines, movements, entries and events.", () => ({
    lines: list(object(chargeLine)),
    movements: list(object(movementNoun)),
    entries: list(object(entryNoun)),
    events: list(object(eventSummary)),
  })),
);

const chargeSum = answer<ChargeSum>()(
  "ChargeSum",
  "What all charges of a filter come to in one currency; what is not stated yet is in no sum.",
  () => ({
    currency: text,
    count: told<bigint>({ type: "integer" }, Number),
    unstated: told<bigint>({ type: "integer" }, Number).about(
      "Of how many nobody knows yet what was collected.",
    ),
    total: amount,
    creditApplied: amount,
    creditIssued: amount,
    grandTotal: amount,
    collected: amount,
    refunded: amount,
    disputed: amount,
    toppedUp: amount,
    takenBack: amount,
  }),
);

/** Beside a list: of the whole filter, where that was asked for. */
export const chargeSums = answer<{ readonly sums: readonly ChargeSum[] | null }>()(
  "ChargeSums",
  "The sums of the whole filter, by currency.",
  () => ({ sums: list(object(chargeSum)).nullable.optional }),
);

/** What a list of charges is asked with, besides its provider and its period. */
export const chargeWords = {
  status: asked.oneOf(chargeStatuses),
  reversal: asked.oneOf(reversals),
  currency: asked.text,
  owner: asked.text,
  customer_ref: asked.text,
  subscription_ref: asked.text,
  ref: asked.text,
  invoice_number: asked.text,
  no_owner: asked.oneOf(["true"]),
  waiting_for: asked.oneOf(awaited),
};

type AskedCharges = z.output<z.ZodObject<typeof chargeWords>>;

export function chargeFilterOf({
  customer_ref: customerRef,
  subscription_ref: subscriptionRef,
  invoice_number: invoiceNumber,
  no_owner: noOwner,
  waiting_for: waitingFor,
  ...rest
}: AskedCharges): ChargeFilter {
  return { ...rest, customerRef, subscriptionRef, invoiceNumber, noOwner: noOwner === "true", waitingFor };
}

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
