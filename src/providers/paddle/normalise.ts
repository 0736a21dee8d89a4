import type { Fact, Stamp } from "../../domain/facts/facts.ts";
import type { EventId } from "../../domain/ids.ts";
import { isDeeperThan, type Parked, parked } from "../kit/fields.ts";
import type { Envelope, Normalised } from "../provider.ts";
import { readAdjustment } from "./adjustment.ts";
import { hasNoMoneyMeaning, type MoneyObject, moneyObjectOf } from "./event-types.ts";
import {
  balanceMovementType,
  readBalanceMovement,
  readPayout,
  readWarningRow,
  warningRowType,
} from "./payout.ts";
import { readTransaction } from "./transaction.ts";

/** Recorded bodies reach 8 levels; what an app attaches may add some. */
const deepest = 64;

type Reader = (data: unknown, stamp: Stamp, type: string) => Fact | Parked;

const readers: Record<MoneyObject, Reader> = {
  transaction: readTransaction,
  adjustment: readAdjustment,
  payout: readPayout,
};

/** Of what no event of Paddle's tells, but its report. */
const reportedReaders: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [balanceMovementType, readBalanceMovement],
  [warningRowType, readWarningRow],
]);

function readerOf(type: string): Reader | undefined {
  const object = moneyObjectOf(type);
  if (object !== undefined) return readers[object];
  return reportedReaders.get(type);
}

/**
 * An event as facts. The type alone decides whether it speaks of money: one we do not know is ignored, whatever its data
 * looks like. What speaks of money but cannot be read, or disagrees with itself, is parked.
 */
export function normalise(envelope: Envelope, eventId: EventId): Normalised {
  const read = readerOf(envelope.type);
  if (read === undefined) {
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
  const fact = read(data, { eventId, occurredAt }, envelope.type);
  return fact.kind === "parked" ? fact : { kind: "facts", facts: [fact] };
}
