import { hash } from "node:crypto";
import type { Request, Response } from "express";
import { once } from "../../services/kit/idempotency.ts";
import type { Services } from "../../services/services.ts";
import { keeperOf } from "./authentication.ts";
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
  const keyed = idempotencyKeyOf(request, response);
  if (keyed === null && required)
    throw new HttpProblem(
      "idempotency_key_missing",
      "Send an Idempotency-Key of your own with this request.",
    );
  if (keyed === null) return services;
  const { onRepeated, ...key } = keyed;
  return once(services, { ...key, request: requestHash(request, request.body) }, onRepeated);
}

/**
 * Whose key a request carries, and what is to be done if it is a repetition; `null` if it carries none.
 * @throws HttpProblem `idempotency_key_invalid`
 */
export function idempotencyKeyOf(request: Request, response: Response) {
  const [key, ...others] = request.headersDistinct["idempotency-key"] ?? [];
  if (key === undefined) return null;
  if (others.length > 0) throw new HttpProblem("idempotency_key_invalid", "Send one Idempotency-Key.");
  if (!/^[\u0020-\u007e]{1,255}$/.test(key))
    throw new HttpProblem("idempotency_key_invalid", "It must be 1 to 255 printable ASCII characters.");
  const caller = keeperOf(response);
  return { caller, key, onRepeated: () => void response.setHeader("idempotent-replayed", "true") };
}

/** Of all that a request asks for. */
export function requestHash({ method, originalUrl }: Request, body: unknown): string {
  return hash("sha256", JSON.stringify([method, originalUrl, inOrder(body)]), "hex");
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([name, part]) => [name, inOrder(part)]);
}
