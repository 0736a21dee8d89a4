import { type OwnProvider, providerNames } from "../../domain/ids.ts";
import { UsageError } from "./command.ts";

/** @throws UsageError if `--provider` names none that can be asked */
export function readProvider(text: string): OwnProvider {
  const provider = providerNames.find((name) => name === text);
  if (provider !== undefined) return provider;
  throw new UsageError(`--provider must be one of ${providerNames.join(", ")}.`);
}
