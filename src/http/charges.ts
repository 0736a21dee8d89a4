import { z } from "zod";
import type { ChargeId } from "../domain/ids.ts";
import { type Assigned, assign, whyNotAssigned } from "../services/charges/assign-charge.ts";
import { isSummable, readCharge, summableDays } from "../services/charges/read-charges.ts";
import { chargeDetail, chargeFilterOf, chargeSums, chargeWords } from "../services/documents/charge.ts";
import {
  bothClocks,
  oneOf,
  providerFilter,
  QueryInvalid,
  timeWindow,
} from "../services/documents/parameters.ts";
import { refundableAnswer } from "../services/documents/usage.ts";
import type { Services } from "../services/services.ts";
import { quoteRefund } from "../services/spending/dry-run.ts";
import { chargeNoun } from "../store/charges/nouns/charge.ts";
import { type ChargeFilter, listCharges, sumCharges } from "../store/charges/read/charges.ts";
import { name, reason } from "./kit/fields.ts";
import { listingBeside, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export const chargeQuery = (services: Services) => ({
  provider: providerFilter(services),
  ...chargeWords,
  sums: oneOf(["true"]),
  ...timeWindow,
  clock: oneOf(bothClocks),
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
        answers: chargeNoun,
        beside: chargeSums,
        query: chargeQuery(services),
      },
      async ({ filter: { provider, from, to, clock, sums, ...words }, page }) => {
        const filter = { ...chargeFilterOf(words), provider, from, to, clock };
        return {
          page: await listCharges(services.store.read, filter, page),
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

    writing(
      "/charges/:id/assign",
      {
        roles: ["finance"],
        summary:
          "Says whose a charge is whose customer nobody knows: it tops up that owner's wallet as of when it settled, or once it does. `owner: null` takes that back while nothing of it was spent",
        body: assignBody,
        answers: chargeDetail,
        problems: ["not_found", "has_owner", "already_spent", "open_holds"],
      },
      async ({ id, body, once }) => {
        const assigned = assignedCharge(await assign(once(services), { chargeId: id as ChargeId, ...body }));
        const charge = await readCharge(services, assigned);
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

export const assignBody = z.strictObject({ owner: name.nullable(), reason });

/** The charge that it became of. @throws HttpProblem unless somebody has it, or nobody, as was asked */
function assignedCharge(result: Assigned): ChargeId {
  switch (result.kind) {
    case "assigned":
    case "unchanged":
      return result.id;
    case "charge_unknown":
      throw unknownCharge();
    case "has_owner":
    case "already_spent":
    case "open_holds":
      throw new HttpProblem(result.kind, whyNotAssigned(result));
    default:
      return result satisfies never;
  }
}

const unknownCharge = () => new HttpProblem("not_found", "There is no charge of this id.");

async function sumsOf(services: Services, filter: ChargeFilter) {
  if (!isSummable(filter, services.clock.now()))
    throw new QueryInvalid(
      `sums: give an owner, a customer_ref, or from and to at most ${summableDays} days apart.`,
    );
  return sumCharges(services.store.read, filter);
}
