import type { Fact, Stamp } from "../../domain/facts/facts.ts";
import type { EventId } from "../../domain/ids.ts";
import { isDeeperThan } from "../json.ts";
import { type Parked, parked } from "../parked.ts";
import type { Envelope, Normalised } from "../provider.ts";
import { readAdjustment } from "./adjustment.ts";
import { hasNoMoneyMeaning, type MoneyObject, moneyObjectOf } from "./event-types.ts";
import { readPayout } from "./payout.ts";
import { readTransaction } from "./transaction.ts";

/** Recorded bodies reach 8 levels; what an app attaches may add some. */
const deepest = 64;

const readers: Record<MoneyObject, (data: unknown, stamp: Stamp) => Fact | Parked> = {
  transaction: readTransaction,
  adjustment: readAdjustment,
  payout: readPayout,
};

/**
 * An event as facts. The type alone decides whether it speaks of money: one we do not know is ignored, whatever its data
 * looks like. What speaks of money but cannot be read, or disagrees with itself, is parked.
 */
export function normalise(envelope: Envelope, eventId: EventId): Normalised {
  const object = moneyObjectOf(envelope.type);
  if (object === undefined) {
    return {
      kind: "ignored",
      reason: hasNoMoneyMeaning(envelope.type) ? "no_money_meaning" : "unknown_type",
    };
  }
  const { data, occurredAt } = envelope;
  if (data === null || data === undefined) return parked("data_missing", "data");
  if (isDeeperThan(data, deepest))
    return parked("too_deep", `data: is nested deeper than ${deepest} levels.`);
  if (occurredAt === null) return parked("time_invalid", "occurred_at: is missing or no RFC 3339 time.");
  const fact = readers[object](data, { eventId, occurredAt });
  return fact.kind === "parked" ? fact : { kind: "facts", facts: [fact] };
}
