import { type Action, actionNames, actorKinds } from "../../../domain/action.ts";
import { json, oneOf, ownNumber, text, textOf, time } from "../../described/field.ts";
import { described } from "../../described/noun.ts";

const sides = json<Readonly<Record<string, string>>>(
  { type: "object", additionalProperties: { type: "string" } },
  { write: JSON.stringify, restore: JSON.parse },
);

export const actionNoun = described<Action>()(
  "Action",
  "What somebody decided: who, what, when and why. Never changed.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<string>("act_0c4be1"),
    at: time.about("On our clock."),
    kind: oneOf(actorKinds).about("Names of different kinds never meet."),
    name: text.personal.about("Of the person, or of the API key; at the command line as it was claimed."),
    role: text.nullable,
    action: oneOf(actionNames),
    subject: text.nullable.about("The id of what it was done to."),
    reason: text.personal.nullable,
    before: sides.nullable,
    after: sides.nullable,
    requestId: text.nullable.about("As the log has it."),
    formId: text.nullable.untold,
    address: text.personal.nullable.about(
      "A keyed hash of the address it came from: the same for the same address. Forgotten after 90 days.",
    ),
  }),
);
