import { overviewAnswer } from "../services/documents/overview.ts";
import { readOverview } from "../services/reconciling/read-overview.ts";
import type { ServingServices } from "../services/services.ts";
import { type Operation, reading } from "./kit/operation.ts";

export function overviewOperations(services: ServingServices): Operation[] {
  return [
    reading(
      "/overview",
      {
        roles: ["read"],
        summary: "Whether anything is wrong, and up to when everything is known to agree",
        query: {},
        answers: overviewAnswer,
      },
      () => readOverview({ ...services, store: { ...services.store, read: services.store.aside } }),
    ),
  ];
}
