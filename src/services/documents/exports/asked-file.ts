import { nearestName } from "../../../domain/nearest-name.ts";
import type { Services } from "../../services.ts";
import { checkedQuery, QueryInvalid } from "../parameters.ts";
import { exportedFiles } from "./files.ts";

export const exportFileNames: readonly string[] = exportedFiles.map(({ name }) => name);

export type ExportFile =
  | { readonly kind: "file"; pieces(services: Services): AsyncGenerator<string> }
  | { readonly kind: "refused"; readonly problem: string };

/** A file by its name and the parameters that the API has for it, for those who do not come by HTTP. */
export function exportFile(name: string, parameters: Readonly<Record<string, string>>): ExportFile {
  const file = exportedFiles.find((known) => known.name === name);
  if (file === undefined) {
    const problem = `There is no ${name} to export; the nearest is ${nearestName(exportFileNames, name)}.`;
    return { kind: "refused", problem };
  }
  try {
    const query = checkedQuery({ ...parameters }, file.query);
    return { kind: "file", pieces: (services) => file.pieces(services, query) };
  } catch (error) {
    if (error instanceof QueryInvalid) return { kind: "refused", problem: error.message };
    throw error;
  }
}
