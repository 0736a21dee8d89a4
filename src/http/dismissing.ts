import { z } from "zod";
import type { Dismissal, Marked } from "../services/inbox/dismiss.ts";
import type { Services } from "../services/services.ts";
import type { Tellable } from "../store/described/field.ts";
import { reason } from "./kit/fields.ts";
import { type Operation, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

interface Asked {
  readonly id: string;
  readonly word: Dismissal;
  readonly once: (services: Services) => Services;
}

/** How what stands in the way is let be, and taken up again. */
export function dismissing<Thing>(
  path: string,
  noun: string,
  answers: Tellable<Thing>,
  mark: (asked: Asked) => Promise<Marked<Thing>>,
): Operation[] {
  const markedBy = async (asked: Asked): Promise<Thing> => {
    const result = await mark(asked);
    switch (result.kind) {
      case "marked":
        return result.thing;
      case "unknown":
        throw new HttpProblem("not_found", `There is no ${noun} of this id.`);
      case "not_dismissible":
        throw new HttpProblem("not_dismissible", `Nothing is to be done about it: it is ${result.is}.`);
      default:
        return result satisfies never;
    }
  };
  const described = { roles: ["finance"], answers } as const;
  return [
    writing(
      `${path}/:id/dismiss`,
      {
        ...described,
        summary: `Says of the ${noun} that nothing is to be done about it; nothing is booked`,
        body: z.strictObject({ reason }),
        problems: ["not_found", "not_dismissible"],
      },
      ({ id, body, once }) => markedBy({ id, once, word: { kind: "dismiss", ...body } }),
    ),
    writing(
      `${path}/:id/undismiss`,
      {
        ...described,
        summary: `Takes it back that nothing is to be done about the ${noun}`,
        body: z.strictObject({ reason: reason.nullable().default(null) }),
        problems: ["not_found"],
      },
      ({ id, body, once }) => markedBy({ id, once, word: { kind: "undismiss", ...body } }),
    ),
  ];
}
