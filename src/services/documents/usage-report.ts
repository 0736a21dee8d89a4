import type { z } from "zod";
import type { WalletId } from "../../domain/ids.ts";
import { nanosecondsPerDay } from "../../domain/time.ts";
import { amount, text } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import { type UsageAsked, type UsageSum, usagePeriods } from "../spending/usage.ts";
import { monthQuery, oneOf, QueryInvalid, text as textParameter, timeWindow } from "./parameters.ts";

export const usageReportQuery = {
  owner: textParameter,
  wallet_id: textParameter,
  meter: textParameter,
  member: textParameter,
  ...timeWindow,
  by: oneOf(usagePeriods),
  zone: monthQuery.zone,
};

const longestOfAll = 400n * nanosecondsPerDay;

/** @throws QueryInvalid if it is of all owners and has no end */
export function usageAsked({
  wallet_id,
  by = "none",
  zone = "UTC",
  ...rest
}: z.output<z.ZodObject<typeof usageReportQuery>>): UsageAsked {
  const { owner, from, to } = rest;
  const isOfOne = owner !== undefined || wallet_id !== undefined;
  if (!isOfOne && (from === undefined || to === undefined || to - from > longestOfAll))
    throw new QueryInvalid("Without owner or wallet_id, from and to are needed, at most 400 days apart.");
  return { ...rest, walletId: wallet_id as WalletId | undefined, by, zone };
}

export const usageSumAnswer = answer<UsageSum>()(
  "UsageSum",
  "What was used, without what was reversed.",
  () => ({
    period: text.nullable.example("2026-01").about("A day or month of the zone; null: all of the window."),
    owner: text,
    walletId: text.example("wal_8c998803f8549369e33e058f"),
    currency: text.example("USD"),
    meter: text.nullable.about("Null: amounts that were settled without one."),
    member: text.nullable.about("Who of those that spend for the owner."),
    quantity: text.example("1187").about("A decimal; amounts that were settled have none."),
    requested: amount,
    covered: amount,
    uncovered: amount,
    limited: amount.about("What of the uncovered a limit kept."),
  }),
);
