import { z } from "zod";
import { discrepancyStatuses, personsResolutions } from "../domain/books.ts";
import type { DiscrepancyId } from "../domain/ids.ts";
import type { Resolved } from "../domain/reconciling/resolve.ts";
import { oneOf, providerFilter, text } from "../services/documents/parameters.ts";
import {
  discrepancyDetail,
  discrepancyPreview,
  resolvedDiscrepancy,
} from "../services/documents/reconciling.ts";
import { readDiscrepancy } from "../services/reconciling/read-runs.ts";
import {
  type NotResolved,
  previewResolving,
  remark,
  resolve,
  whyNotResolved,
} from "../services/reconciling/resolve-discrepancy.ts";
import type { Services } from "../services/services.ts";
import type { Stale } from "../services/spending/previews.ts";
import { discrepancyNoun } from "../store/reconciling/nouns/discrepancy.ts";
import { listDiscrepancies } from "../store/reconciling/read/discrepancies.ts";
import { name, positiveAmount, reason } from "./kit/fields.ts";
import { listing, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

const resolveBody = z
  .strictObject({
    resolution: z.enum(personsResolutions),
    reason,
    amount: positiveAmount.optional(),
    account: name.optional(),
    preview: name.optional(),
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
        answers: discrepancyNoun,
        query: {
          status: oneOf(discrepancyStatuses),
          kind: text,
          provider: providerFilter(services),
          assignee: text,
        },
      },
      async ({ filter, page }) => {
        const now = services.clock.now();
        const { rows, ...around } = await listDiscrepancies(services.store.read, filter, page);
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
      ({ id }) => detailOf(services, id),
    ),

    writing(
      "/discrepancies/:id/resolve",
      {
        roles: [],
        summary: "Settles a discrepancy by a person's word, for as long as both sides stay as they are",
        body: resolveBody,
        answers: resolvedDiscrepancy,
        problems: ["not_found", "already_resolved", "not_postable", "preview_stale"],
      },
      async ({ id, body, by, once }) => {
        const { amount = null, account = null, preview = null, ...said } = body;
        const request = { id: id as DiscrepancyId, amount, account, by, ...said };
        return resolved(await resolve(once(services), request, preview), services);
      },
    ),

    reading(
      "/discrepancies/:id/preview",
      {
        roles: [],
        summary: "What settling a discrepancy in a way would post; nothing is changed",
        query: { resolution: z.enum(personsResolutions), amount: positiveAmount.optional(), account: text },
        answers: discrepancyPreview,
        problems: ["not_found", "already_resolved", "not_postable"],
      },
      async ({ id, query: { resolution, amount = null, account = null } }) => {
        const request = { id: id as DiscrepancyId, resolution, amount, account, reason: "", by: "" };
        const moment = await services.store.openMoment();
        try {
          const preview = await previewResolving(services, moment.decide, [request]);
          if (preview.result.kind === "refused") throw problemOf(preview.result.result);
          return preview;
        } finally {
          await moment.close();
        }
      },
    ),

    writing(
      "/discrepancies/:id/notes",
      {
        roles: [],
        summary: "Writes a note into a discrepancy's history; it settles nothing",
        body: z.strictObject({ note: reason }),
        answers: discrepancyDetail,
        problems: ["not_found"],
      },
      async ({ id, body, by, once }) => {
        await remark(once(services), { id: id as DiscrepancyId, by, remark: body });
        return detailOf(services, id);
      },
    ),

    writing(
      "/discrepancies/:id/assignee",
      {
        roles: [],
        summary: "Says who looks into a discrepancy; null: nobody",
        body: z.strictObject({ assignee: z.string().trim().min(1).max(100).nullable() }),
        answers: discrepancyDetail,
        problems: ["not_found"],
      },
      async ({ id, body, by, once }) => {
        await remark(once(services), { id: id as DiscrepancyId, by, remark: body });
        return detailOf(services, id);
      },
    ),
  ];
}

async function resolved(result: Resolved | Stale, services: Services) {
  if (result.kind !== "resolved") throw problemOf(result);
  return { ...(await detailOf(services, result.discrepancy.id)), entryId: result.entryId };
}

async function detailOf(services: Services, id: string) {
  const found = await readDiscrepancy(services, id);
  if (found === undefined) throw problemOf({ kind: "unknown" });
  return { ...found, now: services.clock.now() };
}

function problemOf(result: NotResolved | Stale): HttpProblem {
  const largest =
    result.kind === "amount_invalid" ? `${result.largest.amount} ${result.largest.currency}` : "";
  const why = whyNotResolved(result, largest);
  switch (result.kind) {
    case "unknown":
      return new HttpProblem("not_found", why);
    case "not_open":
      return new HttpProblem("already_resolved", why);
    case "nothing_to_post":
      return new HttpProblem("not_postable", why);
    case "preview_stale":
      return new HttpProblem("preview_stale", why);
    case "amount_invalid":
      return new HttpProblem("body_invalid", `amount: must be from 1 to ${largest}.`);
    case "account_invalid":
      return new HttpProblem("body_invalid", `account: ${why}`);
    default:
      return result satisfies never;
  }
}
