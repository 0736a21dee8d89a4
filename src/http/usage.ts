import { z } from "zod";
import type { UsageId } from "../domain/ids.ts";
import { rejected, resultOf, usageResults } from "../services/documents/usage.ts";
import type { Services } from "../services/services.ts";
import {
  largestUsageBatch,
  recordUsage,
  reverseUsage,
  type UsageEvent,
  type UsageResult,
} from "../services/spending/usage.ts";
import { usageNoun } from "../store/wallets/nouns/spending.ts";
import { usageById } from "../store/wallets/read/usage.ts";
import { namesOnePayer, onePayer, payerFields, payerOf } from "./kit/asked.ts";
import { describe } from "./kit/body.ts";
import { anyQuantity, currency, moment, name, reason } from "./kit/fields.ts";
import { type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

const usageEvent = z
  .strictObject({
    id: name,
    ...payerFields,
    meter: name,
    quantity: anyQuantity,
    currency: currency.optional(),
    member: name.optional(),
    occurred_at: moment.optional(),
  })
  .refine(namesOnePayer, onePayer);

/** Each event is looked at by itself: a bad one is rejected, and the others stand. */
const usageBody = z.strictObject({
  events: z.array(z.unknown().meta(z.toJSONSchema(usageEvent, { io: "input" }))).max(largestUsageBatch),
});

export function usageOperations(services: Services): Operation[] {
  const unknown = () => new HttpProblem("not_found", "There is no usage of this id.");
  return [
    writing(
      "/usage",
      {
        roles: ["app"],
        summary:
          "Debits what was used: a result for each event, in order; an id is used once in the whole database",
        body: usageBody,
        answers: usageResults,
      },
      async ({ body, once }) => ({ data: await recorded(once(services), body.events) }),
    ),

    reading(
      "/usage/:id",
      {
        roles: ["app"],
        summary: "What was used, and what it cost",
        query: {},
        answers: usageNoun,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const usage = await usageById(services.store.read, id as UsageId);
        if (usage === undefined) throw unknown();
        return usage;
      },
    ),

    writing(
      "/usage/:id/reverse",
      {
        roles: ["app"],
        summary:
          "Undoes usage that was wrong: its cost exactly, and what it took, back to where it came from",
        body: z.strictObject({ reason }),
        answers: usageNoun,
        problems: ["not_found", "not_reversible"],
      },
      async ({ id, body, once }) => {
        const result = await reverseUsage(once(services), { id: id as UsageId, ...body });
        if (result.kind === "usage_unknown") throw unknown();
        if (result.kind === "not_reversible")
          throw new HttpProblem(
            "not_reversible",
            "A linked customer brought it along; it is undone where it was used.",
          );
        return result.usage;
      },
    ),
  ];
}

async function recorded(services: Services, items: readonly unknown[]) {
  const readings = items.map((item) => usageEvent.safeParse(item));
  const events = readings.flatMap((reading) => (reading.success ? [eventOf(reading.data)] : []));
  const results: Iterator<UsageResult> = (await recordUsage(services, events)).values();
  return readings.map((reading, index) =>
    reading.success
      ? resultOf(results.next().value as UsageResult)
      : rejected(idOf(items[index]), describe(reading.error)),
  );
}

function eventOf({ occurred_at, ...event }: z.output<typeof usageEvent>): UsageEvent {
  return {
    ...event,
    id: event.id as UsageId,
    payer: payerOf(event),
    currency: event.currency ?? null,
    member: event.member ?? null,
    occurredAt: occurred_at ?? null,
  };
}

/** As far as it can be told, so that the sender finds it again. */
function idOf(item: unknown): string | null {
  const { id } = (item ?? {}) as { id?: unknown };
  return typeof id === "string" ? id.slice(0, 255) : null;
}
