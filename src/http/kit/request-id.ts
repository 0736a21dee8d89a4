import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { inRequest } from "../../services/kit/log.ts";

/** Answers a request under an id of its own, which its answer has as a header, and every line that is logged meanwhile. */
export function underRequestId(response: ServerResponse, answer: (id: string) => void): void {
  const id = newRequestId();
  response.setHeader("request-id", id);
  inRequest(id, () => answer(id));
}

export const newRequestId = (): string => `req_${randomUUID()}`;
