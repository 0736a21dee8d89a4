import { ownerAnswer } from "../services/documents/wallet.ts";
import type { Services } from "../services/services.ts";
import { ownerView } from "../store/charges/read/owners.ts";
import { type Operation, reading } from "./kit/operation.ts";

export function ownerOperations({ store, clock }: Services): Operation[] {
  return [
    reading(
      "/owners/:owner",
      {
        roles: ["app"],
        summary:
          "What an owner has: wallets in all currencies, the customers that are theirs, and what it may spend at most",
        query: {},
        answers: ownerAnswer,
      },
      async ({ id }) => ownerView(store.read, id, clock.now()),
    ),
  ];
}
