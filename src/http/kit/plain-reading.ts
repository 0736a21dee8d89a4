import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ServingServices } from "../../services/services.ts";
import { type Door, letIn, narrowedTo, refuseOthers } from "./authentication.ts";
import { refused, refuseNul } from "./errors.ts";
import { refuseForeign } from "./narrowing.ts";
import type { Operation } from "./operation.ts";
import { answerOrigin } from "./owner-pages.ts";
import { headersOfAll, sendProblem } from "./problem.ts";
import { discardBody } from "./raw-body.ts";
import type { RequestAnswer, RequestJournal } from "./request-journal.ts";

/**
 * Answers a reading that an app asks for on every request, without the framework, which costs more than all the rest of it
 * (docs/decisions/0022): who is let in, what is refused, headers and log are as on every route.
 */
export function plainReading(
  { method, path, roles, tell }: Operation,
  {
    services,
    door,
    journal,
  }: { readonly services: ServingServices; readonly door: Door; readonly journal: RequestJournal },
): RequestListener {
  if (tell === null) throw new Error(`${path} is not told by its URL alone.`);
  return (request: IncomingMessage, response: ServerResponse) => {
    let answered: RequestAnswer = { route: `/v1${path}`, key: undefined, refusal: undefined };
    const answer = async () => {
      try {
        answerOrigin(services.tokens, request, response);
        const key = letIn(request, door);
        answered = { ...answered, key: key.name };
        refuseNul(request);
        refuseOthers(key, roles);
        const owner = narrowedTo(key);
        if (owner !== null) {
          const asked = { url: request.url ?? "/", params: {}, body: undefined };
          await refuseForeign(`${method} ${path}`, { services, request: asked, owner });
        }
        const text = JSON.stringify(await tell(request.url ?? "/", ""));
        response.writeHead(200, {
          ...headersOfAll,
          "content-type": "application/json; charset=utf-8",
          "content-length": Buffer.byteLength(text),
        });
        response.end(text);
      } catch (error) {
        const { refusal, problem } = refused(services, error, { method: request.method, path });
        answered = { ...answered, refusal };
        sendProblem(response, ...problem);
      }
      discardBody(request);
    };
    journal.follow(request, response, { answer: () => void answer(), answered: () => answered });
  };
}

/** Whether a request is for this path, whatever it is asked with. */
export function isFor(path: string, { method, url = "" }: IncomingMessage): boolean {
  return method === "GET" && url.startsWith(path) && (url.length === path.length || url[path.length] === "?");
}
