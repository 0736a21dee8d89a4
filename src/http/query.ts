import type { Request } from "express";
import { z } from "zod";
import { type Month, monthIn } from "../domain/local-calendar.ts";
import { parseInstant } from "../domain/time.ts";
import type { PageRequest } from "../services/read/page.ts";
import type { Services } from "../services/services.ts";
import { decodeCursor } from "./cursor.ts";
import { HttpProblem } from "./problem.ts";

const defaultLimit = 50;
export const largestLimit = 200;

export const text = z.string().min(1).max(500).optional();
export const oneOf = <const Choices extends readonly string[]>(choices: Choices) =>
  z.enum(choices).optional();
/** One of the providers that are known here. */
export const providerFilter = ({ providers }: Services) => oneOf([...providers.keys()]);
/** RFC 3339, or a day, which begins at midnight UTC. */
export const instant = z
  .string()
  .transform((value, context) => {
    const moment = parseInstant(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value);
    if (moment === undefined) context.addIssue("must be an RFC 3339 time, such as 2026-01-31T00:00:00Z");
    return moment ?? z.NEVER;
  })
  .optional();
export const timeWindow = { from: instant, to: instant };

/** A month, as the calendar of a zone has it. */
export const monthQuery = {
  month: z.string().refine((name) => monthIn(name, "UTC") !== undefined, "must be a month, such as 2026-01"),
  zone: z
    .string()
    .refine(
      (zone) => monthIn("2026-01", zone) !== undefined,
      "must be a zone of the time zone database, such as Europe/Berlin",
    )
    .optional(),
};

/** UTC is meant where no zone is named. @throws HttpProblem if its calendar does not reach so far */
export function monthOf({ month, zone = "UTC" }: { month: string; zone?: string | undefined }): Month {
  const found = monthIn(month, zone);
  if (found === undefined) throw new HttpProblem("query_invalid", `${month} is out of range in ${zone}.`);
  return found;
}

/**
 * The query parameters, checked: an unknown one, one given twice and one that cannot be read are refused by name.
 * @throws HttpProblem `query_invalid`
 */
export function readQuery<Shape extends z.ZodRawShape>(
  request: Request,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  return checkedQuery(parametersOf(request), shape);
}

/**
 * The query parameters of a list, and the page they ask for.
 * @throws HttpProblem `query_invalid`, `limit_invalid`, `cursor_invalid`
 */
export function readListQuery<Shape extends z.ZodRawShape>(
  request: Request,
  list: string,
  shape: Shape,
): { filter: z.output<z.ZodObject<Shape>>; page: PageRequest } {
  const { limit, cursor, ...rest } = parametersOf(request);
  const page = {
    limit: limitOf(limit),
    after: cursor === undefined ? null : decodeCursor(list, cursor),
  };
  return { filter: checkedQuery(rest, shape), page };
}

function limitOf(limit: string | undefined): number {
  if (limit === undefined) return defaultLimit;
  const value = /^\d{1,9}$/.test(limit) ? Number(limit) : 0;
  if (value >= 1 && value <= largestLimit) return value;
  throw new HttpProblem("limit_invalid", `limit must be a whole number from 1 to ${largestLimit}.`);
}

function parametersOf(request: Request): Record<string, string> {
  const [, query = ""] = request.url.split(/\?(.*)/s, 2);
  const searchParams = new URLSearchParams(query);
  const names = [...searchParams.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new HttpProblem("query_invalid", `${repeated} is given more than once.`);
  return Object.fromEntries(searchParams);
}

/** @throws HttpProblem `query_invalid` */
export function checkedQuery<Shape extends z.ZodRawShape>(
  parameters: Record<string, string>,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  const result = z.strictObject(shape).safeParse(parameters);
  if (!result.success) throw new HttpProblem("query_invalid", describe(result.error));
  const { from, to } = result.data as { from?: unknown; to?: unknown };
  if (typeof from === "bigint" && typeof to === "bigint" && to - from < 0n)
    throw new HttpProblem("query_invalid", "from must not be after to.");
  return result.data as z.output<z.ZodObject<Shape>>;
}

function describe(error: z.ZodError): string {
  return error.issues
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${key} is not a parameter of this list.`)
        : [`${issue.path.join(".")}: ${issue.message}.`],
    )
    .join(" ");
}
