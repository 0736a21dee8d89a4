import { auditAnswer } from "../services/documents/audit.ts";
import type { ServingServices } from "../services/services.ts";
import { auditNoun } from "../store/audit/nouns/audit.ts";
import { listAudits } from "../store/audit/read/audits.ts";
import { listing, type Operation, reading } from "./kit/operation.ts";

export function auditOperations({ auditor, store }: ServingServices): Operation[] {
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

    listing(
      "/audits",
      {
        roles: ["read"],
        summary: "What audits said that a server was asked for, newest first",
        list: "audits",
        answers: auditNoun,
        query: {},
      },
      ({ page }) => listAudits(store.read, page),
    ),
  ];
}
