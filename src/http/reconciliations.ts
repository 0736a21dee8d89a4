import { z } from "zod";
import { dayIn, isZone } from "../domain/local-calendar.ts";
import { levels, rowClasses } from "../domain/reconciling/level.ts";
import { type RunRequest, runStatuses } from "../domain/reconciling/run.ts";
import { parseInstant } from "../domain/time.ts";
import { oneOf, providerFilter } from "../services/documents/parameters.ts";
import { readRun, readRunRows } from "../services/reconciling/read-runs.ts";
import { startRun } from "../services/reconciling/start-run.ts";
import type { Services } from "../services/services.ts";
import { runNoun, runRowNoun } from "../store/reconciling/nouns/run.ts";
import { listRuns } from "../store/reconciling/read/reconciliations.ts";
import { currency, name } from "./kit/fields.ts";
import { listing, type Operation, reading, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export const requestBody = ({ providers }: Services) =>
  z
    .strictObject({
      provider: z.enum([...providers.keys()]),
      account: name.default("default"),
      level: z.enum(levels),
      /** RFC 3339 times, or days, which begin at midnight in `zone`. */
      from: z.string(),
      to: z.string(),
      zone: z.string().refine(isZone, "must be a time zone, such as UTC or Europe/Berlin").default("UTC"),
      currency: currency.optional(),
      payout_ref: name.optional(),
      statement_ids: z.array(name).max(100).default([]),
    })
    .transform((body, context): RunRequest => {
      const moment = (field: "from" | "to") => {
        const at = parseInstant(body[field]) ?? dayIn(body[field], body.zone);
        if (at === undefined)
          context.addIssue({ code: "custom", path: [field], message: "must be an RFC 3339 time or a day" });
        return at ?? z.NEVER;
      };
      const [from, to] = [moment("from"), moment("to")];
      if (body.payout_ref !== undefined && body.level !== "payout")
        context.addIssue({ code: "custom", path: ["payout_ref"], message: "is only for the level payout" });
      const isOurs = body.level === "posting" || body.level === "wallets";
      if (isOurs && body.statement_ids.length > 0)
        context.addIssue({
          code: "custom",
          path: ["statement_ids"],
          message: "are not looked at where only our own figures are compared",
        });
      if (typeof from === "bigint" && typeof to === "bigint" && to <= from)
        context.addIssue({ code: "custom", path: ["to"], message: "must be after from" });
      return {
        provider: body.provider,
        account: body.account,
        level: body.level,
        from,
        to,
        zone: body.zone,
        currency: body.currency ?? null,
        payoutRef: body.payout_ref ?? null,
        statementIds: body.statement_ids,
      };
    });

export function reconciliationOperations(services: Services): Operation[] {
  return [
    writing(
      "/reconciliations",
      {
        roles: [],
        summary:
          "Compares the books with what a provider states, at one level; ask for the run to see how it went",
        body: requestBody(services),
        answers: runNoun,
        status: 202,
      },
      async ({ body, by, once }) => startRun(once(services), body, by),
    ),

    listing(
      "/reconciliations",
      {
        roles: ["read"],
        summary: "The comparisons that were asked for",
        list: "reconciliations",
        answers: runNoun,
        query: {
          provider: providerFilter(services),
          level: oneOf(levels),
          status: oneOf(runStatuses),
        },
      },
      async ({ filter, page }) => listRuns(services.store.read, filter, page),
    ),

    reading(
      "/reconciliations/:id",
      {
        roles: ["read"],
        summary: "How a comparison went: counts, and totals per currency",
        query: {},
        answers: runNoun,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const run = await readRun(services, id);
        if (run === undefined) throw unknownRun();
        return run;
      },
    ),

    listing(
      "/reconciliations/:id/rows",
      {
        roles: ["read"],
        summary: "Its rows by key: what the provider says, what we say, and what that makes",
        list: "reconciliation_rows",
        isOneWay: true,
        answers: runRowNoun,
        query: { class: oneOf(rowClasses) },
        problems: ["not_found"],
      },
      async ({ id, filter, page }) => {
        const rows = await readRunRows(services, id, filter, page);
        if (rows === undefined) throw unknownRun();
        const now = services.clock.now();
        return { ...rows, rows: rows.rows.map((row) => ({ row, now })) };
      },
    ),
  ];
}

const unknownRun = () => new HttpProblem("not_found", "There is no such reconciliation.");
