import { auditAnswer } from "../services/documents/audit.ts";
import type { ServingServices } from "../services/services.ts";
import { type Operation, reading } from "./operation.ts";

export function auditOperations({ auditor }: ServingServices): Operation[] {
  return [
    reading(
      "/audit",
      {
        roles: ["finance"],
        summary: "Derives every balance, decision and target anew, and lists what differs",
        query: {},
        answers: auditAnswer,
      },
      () => auditor.run(),
    ),
  ];
}
