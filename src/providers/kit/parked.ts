import type { z } from "zod";
import type { Normalised } from "../provider.ts";

export type Parked = Extract<Normalised, { kind: "parked" }>;

/** `detail` says where in the body and never repeats a value: it could be personal. */
export function parked(reason: string, detail: string): Parked {
  return { kind: "parked", reason, detail };
}

/**
 * A schema's own reason is in `params.reason` of its issue; a shape that does not fit is `schema_invalid`. `root` is where
 * in the body the value stands that was read.
 */
export function parkedBy(error: z.ZodError, root = "data"): Parked {
  const [issue] = error.issues;
  if (issue === undefined) return parked("schema_invalid", root);
  const reason: unknown = issue.code === "custom" ? issue.params?.reason : undefined;
  const path = [root, ...issue.path].join(".");
  return parked(typeof reason === "string" ? reason : "schema_invalid", `${path}: ${issue.message}`);
}
