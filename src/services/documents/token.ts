import { text, time } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { OwnerToken } from "../people/tokens.ts";

export const tokenAnswer = answer<OwnerToken>()("OwnerToken", "What an owner's page asks with.", () => ({
  token: text
    .example("tok_WyJhY21lIl0.c2lnbmF0dXJl")
    .about("Sent as Authorization: Bearer tok_…, and never in a URL."),
  owner: text,
  expiresAt: time,
}));
