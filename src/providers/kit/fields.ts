import { z } from "zod";
import { isName, storableText } from "./text.ts";

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
export const freeText = z.string().transform(storableText);

/** What moves no money and decides none: malformed, it is as if it were not said, and keeps nothing from being read. */
export function unlessMalformed<Shape extends z.ZodType>(shape: Shape) {
  return shape.nullish().catch(null);
}
