import type { ChargeId } from "../domain/ids.ts";
import {
  chargeAnswer,
  chargeDetail,
  chargeFilterOf,
  chargeSums,
  chargeWords,
} from "../services/documents/charge.ts";
import { oneOf, providerFilter, QueryInvalid, timeWindow } from "../services/documents/parameters.ts";
import { refundableAnswer } from "../services/documents/quote.ts";
import {
  type ChargeFilter,
  isSummable,
  readCharge,
  readChargeSums,
  readCharges,
  summableDays,
} from "../services/read/charges.ts";
import type { Services } from "../services/services.ts";
import { quoteRefund } from "../services/spending/dry-run.ts";
import { HttpProblem } from "./kit/problem.ts";
import { listingBeside, type Operation, reading } from "./operation.ts";

export const chargeQuery = (services: Services) => ({
  provider: providerFilter(services),
  ...chargeWords,
  sums: oneOf(["true"]),
  ...timeWindow,
});

export function chargeOperations(services: Services): Operation[] {
  return [
    listingBeside(
      "/charges",
      {
        roles: ["read"],
        summary:
          "What providers asked customers to pay, and what of it became wallet value; with `sums`, what the whole filter comes to",
        list: "charges",
        answers: chargeAnswer,
        beside: chargeSums,
        query: chargeQuery(services),
      },
      async ({ filter: { provider, from, to, sums, ...words }, page }) => {
        const filter = { ...chargeFilterOf(words), provider, from, to };
        return {
          page: await readCharges(services, filter, page),
          beside: { sums: sums === undefined ? null : await sumsOf(services, filter) },
        };
      },
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
        if (charge === undefined) throw unknownCharge();
        return charge;
      },
    ),

    reading(
      "/charges/:id/refundable",
      {
        roles: ["read"],
        summary: "What a full refund of a charge would find in its wallet now; nothing is changed",
        query: {},
        answers: refundableAnswer,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const refundable = await quoteRefund(services, id as ChargeId);
        if (refundable.kind === "charge_unknown") throw unknownCharge();
        return refundable;
      },
    ),
  ];
}

const unknownCharge = () => new HttpProblem("not_found", "There is no charge of this id.");

async function sumsOf(services: Services, filter: ChargeFilter) {
  if (!isSummable(filter, services.clock.now()))
    throw new QueryInvalid(
      `sums: give an owner, a customer_ref, or from and to at most ${summableDays} days apart.`,
    );
  return readChargeSums(services, filter);
}
