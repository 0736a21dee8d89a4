import { z } from "zod";
import { type SearchResult, search } from "../services/charges/search.ts";
import type { Services } from "../services/services.ts";
import { type Found, foundKinds, searchPlaces } from "../store/charges/read/search.ts";
import { list, object, oneOf, text } from "../store/described/field.ts";
import { answer } from "../store/described/noun.ts";
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

const found = answer<Found>()("Found", "Something that has the name which was looked for.", () => ({
  kind: oneOf(foundKinds),
  id: text.about("Its id; of an owner, a customer or a subscription, what it is called."),
  by: oneOf(searchPlaces).about("What of it is the same."),
  provider: text.nullable,
  name: text.nullable.about("What else tells it from others."),
}));

const searchAnswer = answer<SearchResult>()("SearchResult", "What was found.", (from) => ({
  query: text,
  data: from(list(object(found)), ({ found }) => found),
}));
