import { z } from "zod";
import type { LimitId } from "../domain/ids.ts";
import { isZone } from "../domain/local-calendar.ts";
import { limitPeriods } from "../domain/spending/limit.ts";
import { priceListOf } from "../domain/spending/rate.ts";
import { text } from "../services/documents/parameters.ts";
import { limitAnswer } from "../services/documents/wallet.ts";
import type { Services } from "../services/services.ts";
import { type LimitRequest, mostLimits, removeLimit, setLimit } from "../services/spending/set-limit.ts";
import { limitStanding, listLimits } from "../store/wallets/read/limits.ts";
import { amountOrZero, currency, moment, name } from "./kit/fields.ts";
import { listing, noFields, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export const limitBody = z.strictObject({
  owner: name,
  meter: name.nullish(),
  member: name.nullish(),
  period: z.enum(limitPeriods),
  zone: z
    .string()
    .refine(isZone, "must be a zone of the time zone database, such as UTC or Europe/Berlin")
    .optional(),
  amount: amountOrZero,
  currency,
  from: moment.nullish(),
});

/** What was asked, as it is set. */
export function limitOf(
  id: LimitId,
  { meter = null, member = null, zone = "UTC", from = null, ...rest }: z.output<typeof limitBody>,
): LimitRequest {
  return { id, meter, member, zone, from, ...rest };
}

const unknown = () => new HttpProblem("not_found", "There is no limit of this id.");

export function limitOperations(services: Services): Operation[] {
  const { store, clock } = services;
  return [
    listing(
      "/limits",
      {
        roles: ["app"],
        summary: "What owners may spend in a period at most, and what of it is left, by their ids",
        list: "limits",
        answers: limitAnswer,
        query: { owner: text },
      },
      ({ filter, page }) => listLimits(store.read, filter, page, clock.now()),
    ),

    reading(
      "/limits/:id",
      { roles: ["app"], summary: "A limit", query: {}, answers: limitAnswer, problems: ["not_found"] },
      async ({ id }) => {
        const limit = await limitStanding(store.read, id as LimitId, clock.now());
        if (limit === undefined) throw unknown();
        return limit;
      },
    ),

    writing(
      "/limits/:id",
      {
        method: "put",
        roles: ["app"],
        summary:
          "Sets a limit, by an id of the caller's: the same terms with another amount go on counting, others begin anew",
        body: limitBody,
        answers: limitAnswer,
        problems: ["unknown_meter", "limit_elsewhere", "too_many_limits"],
      },
      async ({ id, body, once }) => {
        if (!name.safeParse(id).success)
          throw new HttpProblem(
            "request_invalid",
            "The id of a limit must be 1 to 255 printable characters.",
          );
        const { meter = null } = body;
        if (meter !== null && !priceListOf(services.policies.current).knows(meter))
          throw new HttpProblem("unknown_meter", "The policy has no such meter.");
        const result = await setLimit(once(services), limitOf(id as LimitId, body));
        switch (result.kind) {
          case "set":
            return result.limit;
          case "limit_elsewhere":
            throw new HttpProblem(
              result.kind,
              "The limit of this id is of another owner or currency: remove it, or choose another id.",
            );
          case "too_many_limits":
            throw new HttpProblem(result.kind, `A wallet has at most ${mostLimits} limits.`);
          default:
            return result satisfies never;
        }
      },
    ),

    writing(
      "/limits/:id",
      {
        method: "delete",
        roles: ["app"],
        summary: "Removes a limit, and gives it as it was",
        body: noFields,
        answers: limitAnswer,
        problems: ["not_found"],
      },
      async ({ id, once }) => {
        const result = await removeLimit(once(services), id as LimitId);
        if (result.kind === "limit_unknown") throw unknown();
        return result.limit;
      },
    ),
  ];
}
