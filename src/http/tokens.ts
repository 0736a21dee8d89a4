import { z } from "zod";
import { setting } from "../domain/setting.ts";
import { tokenAnswer } from "../services/documents/token.ts";
import { issueToken, longestTokenSeconds, shortestTokenSeconds } from "../services/people/tokens.ts";
import type { ServingServices } from "../services/services.ts";
import { name } from "./kit/fields.ts";
import { type Operation, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";

export const tokenBody = z.strictObject({
  expires_in: z.int().min(shortestTokenSeconds).max(longestTokenSeconds),
});

export function tokenOperations(services: ServingServices): Operation[] {
  return [
    writing(
      "/owners/:owner/tokens",
      {
        roles: ["app"],
        summary: "A token for the owner's own page: it reads what that owner has, for an hour at most",
        body: tokenBody,
        answers: tokenAnswer,
        status: 201,
        problems: ["tokens_not_configured"],
      },
      async ({ id: owner, body, once }) => {
        if (services.tokens.secrets.length === 0)
          throw new HttpProblem("tokens_not_configured", `Set ${setting("TOKEN_SECRET")}, and start again.`);
        if (!name.safeParse(owner).success)
          throw new HttpProblem("request_invalid", "The owner must be 1 to 255 printable characters.");
        return issueToken(once(services), services.tokens, { owner, expiresInSeconds: body.expires_in });
      },
    ),
  ];
}
