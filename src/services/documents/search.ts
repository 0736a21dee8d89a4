import { type Found, foundKinds, searchPlaces } from "../../store/charges/read/search.ts";
import { list, object, oneOf, text } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { SearchResult } from "../charges/search.ts";

const found = answer<Found>()("Found", "Something that has the name which was looked for.", () => ({
  kind: oneOf(foundKinds),
  id: text.about("Its id; of an owner, a customer or a subscription, what it is called."),
  by: oneOf(searchPlaces).about("What of it is the same."),
  provider: text.nullable,
  name: text.nullable.about("What else tells it from others."),
}));

export const searchAnswer = answer<SearchResult>()("SearchResult", "What was found.", (from) => ({
  query: text,
  data: from(list(object(found)), ({ found }) => found),
}));
