import type { UsageId } from "../../domain/ids.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import { usageById } from "../../store/wallets/read/usage.ts";
import type { Services } from "../services.ts";

export type { Usage } from "../../domain/spending/usage.ts";

export function readUsage(services: Services, id: UsageId): Promise<Usage | undefined> {
  return usageById(services.store.read, id);
}
