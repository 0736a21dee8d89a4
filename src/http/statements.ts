import type { Request, Response } from "express";
import { z } from "zod";
import type { StatementId } from "../domain/ids.ts";
import {
  type ProviderReport,
  type StatementPeriod,
  statementLineStatuses,
  statementOrigins,
  statementStatuses,
} from "../domain/reconciling/statement.ts";
import type { Instant } from "../domain/time.ts";
import { instant, oneOf, providerFilter, text, yesOrNo } from "../services/documents/parameters.ts";
import { reportDetail } from "../services/documents/reconciling.ts";
import { markStatement } from "../services/inbox/dismiss.ts";
import { readReport, readStatementLines } from "../services/reconciling/read-runs.ts";
import { importOnce, importStatement } from "../services/reconciling/statements/import-statement.ts";
import { type ReportFormat, reportFormats } from "../services/reconciling/statements/report-formats.ts";
import type { Services } from "../services/services.ts";
import { reportNoun, reportRowNoun } from "../store/reconciling/nouns/report.ts";
import { listStatements } from "../store/reconciling/read/statements.ts";
import { dismissing } from "./dismissing.ts";
import { actingFor } from "./kit/authentication.ts";
import { idempotencyKeyOf, requestHash } from "./kit/idempotency-key.ts";
import { listing, type Operation, reading, uploading } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";
import { readQuery } from "./kit/query.ts";
import type { Upload } from "./kit/upload.ts";

/** A million rows have a quarter of it. */
const largestReport = 2 ** 30;

const names = [...new Set(reportFormats.map(({ name }) => name))];
const importQuery = (services: Services) => ({
  provider: providerFilter(services).unwrap(),
  format: z.enum(names),
  account: text,
  from: instant,
  to: instant,
});

export function statementOperations(services: Services): Operation[] {
  return [
    uploading(
      "/statements",
      {
        roles: [],
        summary: "Imports a report that was downloaded from a provider, row by row as it comes in",
        query: importQuery(services),
        answers: reportNoun,
        upload: { mediaType: "text/csv", limit: largestReport },
        problems: ["report_refused"],
      },
      (request, response, upload) => importReport(services, request, response, upload),
    ),

    listing(
      "/statements",
      {
        roles: [],
        summary: "Reports that were imported, and lists that were read for comparing",
        list: "statements",
        answers: reportNoun,
        query: {
          provider: providerFilter(services),
          account: text,
          format: text,
          origin: oneOf(statementOrigins),
          status: oneOf(statementStatuses),
          dismissed: yesOrNo,
        },
      },
      async ({ filter, page }) => listStatements(services.store.read, filter, page),
    ),

    reading(
      "/statements/:id",
      {
        roles: [],
        summary: "A statement: how far it was read, and why rows are not included",
        query: {},
        answers: reportDetail,
        problems: ["not_found"],
      },
      async ({ id }) => {
        const detail = await readReport(services, id as StatementId);
        if (detail === undefined) throw noStatement();
        return detail;
      },
    ),

    listing(
      "/statements/:id/rows",
      {
        roles: [],
        summary: "The rows of a statement in canonical words, in the order of the report",
        list: "statement rows",
        isOneWay: true,
        answers: reportRowNoun,
        query: { status: oneOf(statementLineStatuses) },
        problems: ["not_found"],
      },
      async ({ filter, page, id }) => {
        const rows = await readStatementLines(services, id as StatementId, filter, page);
        if (rows === undefined) throw noStatement();
        return rows;
      },
    ),

    ...dismissing("/statements", "statement", reportNoun, ({ id, word, once }) =>
      markStatement(once(services), id as StatementId, word),
    ),
  ];
}

async function importReport(
  services: Services,
  request: Request,
  response: Response,
  upload: Upload,
): Promise<ProviderReport> {
  const { provider, format: name, account = "default", ...given } = readQuery(request, importQuery(services));
  const format = reportFormats.find((known) => known.provider === provider && known.name === name);
  if (format === undefined)
    throw new HttpProblem("query_invalid", `format: ${provider} has no report ${name} that can be read.`);
  const report = { format, account, period: periodOf(format, given) };
  const key = idempotencyKeyOf(request, response);
  const hashed = () => requestHash(request, upload.hash.digest("hex"));
  const keyed = key === null ? null : { ...key, request: hashed };
  const statement = await importOnce(services, keyed, upload.chunks, (all) =>
    importStatement(actingFor(services, response), all, report),
  );
  const { id, status, problem } = statement;
  const members = { statement_id: id, reason: problem?.code ?? status };
  const ended = upload.ended();
  if (ended !== null) throw new HttpProblem(ended.code, ended.message, { members });
  if (status === "refused") throw new HttpProblem("report_refused", problem?.detail ?? status, { members });
  return statement;
}

function periodOf(
  { name, needsPeriod }: ReportFormat,
  { from, to }: { readonly from?: Instant | undefined; readonly to?: Instant | undefined },
): StatementPeriod {
  if (needsPeriod && (from === undefined || to === undefined))
    throw new HttpProblem("query_invalid", `A ${name} does not say which period it is of: give from and to.`);
  return { from: from ?? null, to: to ?? null };
}

const noStatement = () => new HttpProblem("not_found", "There is no statement of this id.");
