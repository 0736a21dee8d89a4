import { z } from "zod";
import { search } from "../services/charges/search.ts";
import { searchAnswer } from "../services/documents/search.ts";
import type { Services } from "../services/services.ts";
import { type Operation, reading } from "./kit/operation.ts";

export function searchOperations(services: Services): Operation[] {
  return [
    reading(
      "/search",
      {
        roles: ["read"],
        summary:
          "What has an id of ours or of a provider, an invoice number, an owner, or a usage id as the app gave it",
        query: { q: z.string().min(1).max(500) },
        answers: searchAnswer,
      },
      ({ query: { q } }) => search(services, q),
    ),
  ];
}
