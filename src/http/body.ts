import type { Request } from "express";
import type { z } from "zod";
import { HttpProblem } from "./problem.ts";

/**
 * The body, checked; none at all is one without fields. A field that is not known is refused by name.
 * @throws HttpProblem `body_invalid`
 */
export function readBody<Body extends z.ZodType>({ body }: Request, schema: Body): z.output<Body> {
  const result = schema.safeParse(body ?? {});
  if (!result.success) throw new HttpProblem("body_invalid", describe(result.error));
  return result.data;
}

/** What is wrong with a value, by the path of the field. */
export function describe({ issues }: z.ZodError): string {
  return issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "The body"}: ${message}.`)
    .join(" ");
}
