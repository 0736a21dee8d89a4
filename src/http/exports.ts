import { exportedFiles } from "../services/documents/exports/files.ts";
import type { Services } from "../services/services.ts";
import { type Operation, streaming } from "./kit/operation.ts";

export function exportOperations(services: Services): Operation[] {
  return exportedFiles.map((file) =>
    streaming(
      `/exports/${file.name}`,
      { roles: ["read"], summary: file.summary, query: file.query, file },
      ({ query }) => file.pieces(services, query),
    ),
  );
}
