import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { z } from "zod";
import { callerIfLetIn } from "./authentication.ts";
import { HttpProblem } from "./problem.ts";
import { type BodyReader, hasBody } from "./raw-body.ts";

const largestJson = 2 ** 20;

/** Reads the JSON that a write comes with, unless the app that we are part of has done so; none at all is none. */
export function jsonBody(bodies: BodyReader): RequestHandler {
  return async (request: Request, response: Response, next: NextFunction) => {
    const { body } = request as { body?: unknown };
    if (callerIfLetIn(response)?.person !== undefined) refuseForms(request);
    // Some parsers leave an empty object where they read nothing.
    const isUnread = body === undefined || (isEmpty(body) && !request.readableDidRead);
    if (body instanceof Uint8Array) request.body = parsed(decoded(body));
    else if (typeof body === "string") request.body = parsed(body);
    else if (isUnread && hasBody(request)) {
      const text = await readText(request, bodies);
      if (text === undefined) return;
      request.body = parsed(text);
    }
    next();
  };
}

/** A form of any site can be sent with a person's cookies, whatever parser made an object of it; JSON cannot. */
function refuseForms(request: Request): void {
  const [type = ""] = (request.get("content-type") ?? "").split(";", 1);
  if (type.trim().toLowerCase() !== "application/json")
    throw new HttpProblem("media_type_unsupported", "Send it as application/json.");
}

const isEmpty = (body: unknown): boolean =>
  typeof body === "object" && body !== null && Object.keys(body).length === 0;

/** Nothing if the client is gone. */
async function readText(request: Request, bodies: BodyReader): Promise<string | undefined> {
  if (!request.is("application/json"))
    throw new HttpProblem("media_type_unsupported", "Send it as application/json.");
  const { encoding = "identity", charset = "utf-8" } = {
    encoding: request.get("content-encoding")?.toLowerCase(),
    charset: /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.get("content-type") ?? "")?.[1]?.toLowerCase(),
  };
  if (encoding !== "identity" || !/^utf-?8$/.test(charset))
    throw new HttpProblem("body_encoded", "The body must be sent as plain UTF-8.");
  const raw = await bodies.read(request, largestJson);
  switch (raw.kind) {
    case "body":
      return decoded(raw.bytes);
    case "too_large":
      throw new HttpProblem("body_too_large", `At most ${largestJson} bytes are taken.`);
    case "too_slow":
      throw new HttpProblem("body_too_slow", raw.detail);
    case "already_parsed":
      throw new HttpProblem(
        "body_already_parsed",
        "Something read the body before the API, and did not keep it.",
      );
    case "gone":
      return undefined;
    default:
      return raw satisfies never;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem("body_encoded", "The body must be sent as plain UTF-8.");
  }
}

function parsed(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpProblem("body_not_json", "The body must be one JSON document.");
  }
}

/**
 * The body, checked; none at all is one without fields. A field that is not known is refused by name.
 * @throws HttpProblem `body_invalid`
 */
export function readBody<Body extends z.ZodType>({ body }: Request, schema: Body): z.output<Body> {
  const result = schema.safeParse(body === undefined ? {} : body);
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
