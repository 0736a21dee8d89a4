import { z } from "zod";
import { discrepancyStatuses, personsResolutions } from "../domain/books.ts";
import type { DiscrepancyId } from "../domain/ids.ts";
import type { Resolved } from "../domain/matching/resolve.ts";
import {
  discrepancyAnswer,
  discrepancyDetail,
  resolvedDiscrepancy,
} from "../services/documents/discrepancy.ts";
import { oneOf, providerFilter, text } from "../services/documents/parameters.ts";
import { readDiscrepancies, readDiscrepancy } from "../services/read/discrepancies.ts";
import { resolve } from "../services/reconcile/resolve-discrepancy.ts";
import type { Services } from "../services/services.ts";
import { name, positiveAmount, reason } from "./fields.ts";
import { HttpProblem } from "./kit/problem.ts";
import { listing, type Operation, reading, writing } from "./operation.ts";

const resolveBody = z
  .strictObject({
    resolution: z.enum(personsResolutions),
    reason,
    amount: positiveAmount.optional(),
    account: name.optional(),
  })
  .refine(
    ({ resolution, amount, account }) =>
      resolution === "written_off" || resolution === "posted" || (amount ?? account) === undefined,
    "amount and account are only for what is written_off or posted",
  );

export function discrepancyOperations(services: Services): Operation[] {
  return [
    listing(
      "/discrepancies",
      {
        roles: ["read"],
        summary: "Where a provider's figures disagree with each other or with ours",
        list: "discrepancies",
        answers: discrepancyAnswer,
        query: { status: oneOf(discrepancyStatuses), kind: text, provider: providerFilter(services) },
      },
      async ({ filter, page }) => {
        const now = services.clock.now();
        const { rows, ...around } = await readDiscrepancies(services, filter, page);
        return { rows: rows.map((discrepancy) => ({ discrepancy, now })), ...around };
      },
    ),

    reading(
      "/discrepancies/:id",
      {
        roles: ["read"],
        summary: "A discrepancy, and who or what did what to it",
        query: {},
        answers: discrepancyDetail,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const found = await readDiscrepancy(services, id);
        if (found === undefined) throw unknownDiscrepancy();
        return { ...found, now: services.clock.now() };
      },
    ),

    writing(
      "/discrepancies/:id/resolve",
      {
        roles: [],
        summary: "Settles a discrepancy by a person's word, for as long as both sides stay as they are",
        body: resolveBody,
        answers: resolvedDiscrepancy,
        problems: ["not_found", "already_resolved", "not_postable"],
      },
      async ({ id, body, by, once }) => {
        const { amount = null, account = null, ...said } = body;
        const request = { id: id as DiscrepancyId, amount, account, by, ...said };
        return resolved(await resolve(once(services), request), services);
      },
    ),
  ];
}

async function resolved(result: Resolved, services: Services) {
  switch (result.kind) {
    case "resolved": {
      const found = await readDiscrepancy(services, result.discrepancy.id);
      if (found === undefined) throw unknownDiscrepancy();
      return { ...found, now: services.clock.now(), entryId: result.entryId };
    }
    case "unknown":
      throw unknownDiscrepancy();
    case "not_open":
      throw new HttpProblem("already_resolved", `It is resolved already: ${result.resolution}.`);
    case "nothing_to_post":
      throw new HttpProblem("not_postable", "It has no difference that a posting could settle.");
    case "amount_invalid":
      throw new HttpProblem(
        "body_invalid",
        `amount: must be from 1 to ${result.largest.amount} ${result.largest.currency}.`,
      );
    case "account_invalid":
      throw new HttpProblem("body_invalid", `account: ${result.detail}`);
    default:
      return result satisfies never;
  }
}

const unknownDiscrepancy = () => new HttpProblem("not_found", "There is no such discrepancy.");
