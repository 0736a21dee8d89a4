import type { Instant } from "../../domain/time.ts";
import type { Json } from "../../testing/written.ts";
import { days } from "../calendar.ts";
import { statedAdjustments, statedCustomers, statedTransactions } from "../paddle/stated-lists.ts";
import type { StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";

export interface PaddleList {
  /** Which field names a row, and so where the next page begins. */
  readonly key: string;
  readonly perPage: { readonly usual: number; readonly most: number };
  readonly orders: readonly string[];
  readonly filters: readonly string[];
  /** Fields that take `[LT]`, `[LTE]`, `[GT]`, `[GTE]`. */
  readonly dates: readonly string[];
  readonly rows: readonly StatedRow[];
}

/** Events are kept for so long. */
const retention = days(90);

/** By their path. */
export function paddleLists(world: World, now: Instant): ReadonlyMap<string, PaddleList> {
  const told = world.emissions.filter(
    ({ provider, at }) => provider === "paddle" && at > now - retention && at <= now,
  );
  return new Map([
    [
      "transactions",
      {
        key: "id",
        perPage: { usual: 30, most: 30 },
        orders: ["id", "created_at", "billed_at", "updated_at"],
        filters: [
          "id",
          "customer_id",
          "subscription_id",
          "status",
          "origin",
          "invoice_number",
          "collection_mode",
          "include",
        ],
        dates: ["created_at", "billed_at", "updated_at"],
        rows: statedTransactions(world),
      },
    ],
    [
      "adjustments",
      {
        key: "id",
        perPage: { usual: 10, most: 50 },
        orders: ["id"],
        filters: ["id", "action", "customer_id", "status", "subscription_id", "transaction_id"],
        dates: [],
        rows: statedAdjustments(world),
      },
    ],
    [
      "events",
      {
        key: "event_id",
        perPage: { usual: 50, most: 200 },
        orders: ["id"],
        filters: ["event_type"],
        dates: [],
        rows: told.map(({ body }) => withoutNotification(JSON.parse(body))),
      },
    ],
    [
      "customers",
      {
        key: "id",
        perPage: { usual: 50, most: 200 },
        orders: ["id"],
        filters: ["id", "email", "search", "status"],
        dates: [],
        rows: statedCustomers(world),
      },
    ],
  ]);
}

/** A list tells the event, not a delivery of it. */
function withoutNotification({ notification_id: _, ...event }: Record<string, Json>): StatedRow {
  return event;
}
