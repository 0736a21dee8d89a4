import { z } from "zod";
import { searchAnswer } from "../services/documents/search.ts";
import { search } from "../services/read/search.ts";
import type { Services } from "../services/services.ts";
import { type Operation, reading } from "./operation.ts";

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
