import { z } from "zod";
import { type Month, monthIn } from "../../domain/local-calendar.ts";
import { parseInstant } from "../../domain/time.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import type { Services } from "../services.ts";

/** What lists, files and pages are asked with, as text: the same words at the API, at the command line and in the console. */

export const text = z.string().min(1).max(500).optional();
export const oneOf = <const Choices extends readonly string[]>(choices: Choices) =>
  z.enum(choices).optional();
export const yesOrNo = oneOf(["true", "false"]).transform((word) =>
  word === undefined ? undefined : word === "true",
);
/** One of the providers that are known here. */
export const providerFilter = ({ providers }: Pick<Services, "providers">) => oneOf([...providers.keys()]);
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

/** The provider's, then ours. */
export const bothClocks = ["effective", "posted"] as const satisfies readonly ClockName[];

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

export const queryInvalid = "query_invalid";

/** A parameter that is not known or cannot be read; the message names it. */
export class QueryInvalid extends Error {
  readonly code = queryInvalid;
}

/** UTC is meant where no zone is named. @throws QueryInvalid if its calendar does not reach so far */
export function monthOf({ month, zone = "UTC" }: { month: string; zone?: string | undefined }): Month {
  const found = monthIn(month, zone);
  if (found === undefined) throw new QueryInvalid(`${month} is out of range in ${zone}.`);
  return found;
}

/** The parameters of what follows the `?` of a URL. @throws QueryInvalid if one is given twice */
export function parametersOf(url: string): Record<string, string> {
  const [, query = ""] = url.split(/\?(.*)/s, 2);
  const searchParams = new URLSearchParams(query);
  const names = [...searchParams.keys()];
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new QueryInvalid(`${repeated} is given more than once.`);
  return Object.fromEntries(searchParams);
}

/** @throws QueryInvalid */
export function checkedQuery<Shape extends z.ZodRawShape>(
  parameters: Record<string, string>,
  shape: Shape,
  of = "list",
): z.output<z.ZodObject<Shape>> {
  const result = schemaOf(shape).safeParse(parameters);
  if (!result.success) throw new QueryInvalid(describe(result.error, of));
  const { from, to } = result.data as { from?: unknown; to?: unknown };
  if (typeof from === "bigint" && typeof to === "bigint" && to - from < 0n)
    throw new QueryInvalid("from must not be after to.");
  return result.data as z.output<z.ZodObject<Shape>>;
}

/** Making a schema costs a hundred times what reading by it does: a shape that is asked for again is to be the same object. */
const schemas = new WeakMap<z.ZodRawShape, z.ZodObject>();

export function schemaOf(shape: z.ZodRawShape): z.ZodObject {
  const known = schemas.get(shape);
  if (known !== undefined) return known;
  const schema = z.strictObject(shape);
  schemas.set(shape, schema);
  return schema;
}

function describe(error: z.ZodError, of: string): string {
  return error.issues
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${key} is not a parameter of this ${of}.`)
        : [`${issue.path.join(".")}: ${issue.message}.`],
    )
    .join(" ");
}
