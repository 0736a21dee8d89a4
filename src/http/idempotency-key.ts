import { hash } from "node:crypto";
import type { Request, Response } from "express";
import { once } from "../services/idempotency.ts";
import type { Services } from "../services/services.ts";
import type { ApiKey } from "./api-keys.ts";
import { HttpProblem } from "./problem.ts";

/**
 * The services for a write that may carry an `Idempotency-Key`, and with `required` must. The key is bound to the API key's
 * name, the path and the body, whose fields may come in another order. To be called once the body was found acceptable: a
 * request that is refused for its form leaves no trace.
 * @throws HttpProblem `idempotency_key_missing`, `idempotency_key_invalid`
 */
export function writeOnce(
  services: Services,
  request: Request,
  response: Response,
  { required = false }: { readonly required?: boolean } = {},
): Services {
  const key = request.get("idempotency-key");
  if (key === undefined && required)
    throw new HttpProblem(
      "idempotency_key_missing",
      "Send an Idempotency-Key of your own with this request.",
    );
  if (key === undefined) return services;
  if (!/^[\u0021-\u007e]{1,255}$/.test(key))
    throw new HttpProblem("idempotency_key_invalid", "It must be 1 to 255 printable characters, no spaces.");
  const caller = (response.locals.apiKey as ApiKey).name;
  return once(services, { caller, key, request: requestHash(request) }, () => {
    response.setHeader("idempotent-replayed", "true");
  });
}

function requestHash({ method, originalUrl, body }: Request): string {
  return hash("sha256", JSON.stringify([method, originalUrl, inOrder(body)]), "hex");
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([name, part]) => [name, inOrder(part)]);
}
