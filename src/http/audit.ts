import { audit } from "../services/audit/audit.ts";
import type { Services } from "../services/services.ts";
import { type Operation, reading } from "./operation.ts";

export function auditOperations(services: Services): Operation[] {
  return [
    reading(
      "/audit",
      {
        roles: ["finance"],
        summary: "Derives every balance, decision and target anew, and lists what differs",
        query: {},
      },
      () => audit(services),
    ),
  ];
}
