import type { Request } from "express";
import { HttpProblem } from "./problem.ts";

/**
 * For writes that take no fields: nothing, or an empty object.
 * @throws HttpProblem `body_invalid`
 */
export function readEmptyBody(request: Request): void {
  const body: unknown = request.body;
  if (body === undefined) return;
  const fields = typeof body === "object" && body !== null && !Array.isArray(body) ? Object.keys(body) : null;
  if (fields === null) throw new HttpProblem("body_invalid", "The body must be a JSON object.");
  if (fields.length > 0)
    throw new HttpProblem("body_invalid", `${fields.join(", ")}: this takes no such field.`);
}
