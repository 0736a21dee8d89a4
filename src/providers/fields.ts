import { z } from "zod";
import { isName, storable } from "./text.ts";

/** An id of a provider's: what a fact is found by again, so it must come back from a database as it went in. */
export const reference = z.string().transform((text, context) => {
  if (isName(text)) return text;
  context.addIssue({
    code: "custom",
    message: "must be a printable text.",
    params: { reason: "text_invalid" },
  });
  return z.NEVER;
});

/** Text that a person reads. */
export const freeText = z.string().transform(storable);
