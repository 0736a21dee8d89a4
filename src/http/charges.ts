import { chargeStatuses, reversals } from "../domain/charge/charge.ts";
import type { ChargeId } from "../domain/ids.ts";
import { chargeAnswer, chargeDetail } from "../services/documents/charge.ts";
import { oneOf, providerFilter, text, timeWindow } from "../services/documents/parameters.ts";
import { readCharge, readCharges } from "../services/read/charges.ts";
import type { Services } from "../services/services.ts";
import { HttpProblem } from "./kit/problem.ts";
import { listing, type Operation, reading } from "./operation.ts";

const chargeQuery = (services: Services) => ({
  provider: providerFilter(services),
  status: oneOf(chargeStatuses),
  reversal: oneOf(reversals),
  currency: text,
  owner: text,
  customer_ref: text,
  ref: text,
  ...timeWindow,
});

export function chargeOperations(services: Services): Operation[] {
  return [
    listing(
      "/charges",
      {
        roles: ["read"],
        summary: "What providers asked customers to pay, and what of it became wallet value",
        list: "charges",
        answers: chargeAnswer,
        query: chargeQuery(services),
      },
      async ({ filter: { customer_ref: customerRef, ...rest }, page }) =>
        readCharges(services, { ...rest, customerRef }, page),
    ),

    reading(
      "/charges/:id",
      {
        roles: ["read"],
        summary: "A charge with its lines, movements, entries and events",
        query: {},
        answers: chargeDetail,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const charge = await readCharge(services, id as ChargeId);
        if (charge === undefined) throw new HttpProblem("not_found", "There is no charge of this id.");
        return charge;
      },
    ),
  ];
}
