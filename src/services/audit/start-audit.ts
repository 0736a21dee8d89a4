import { leasedUntil } from "../../store/audit/read/audits.ts";
import { leased } from "../kit/leased.ts";
import { act, noSides } from "../people/acting.ts";
import type { Services, ServingServices } from "../services.ts";

const auditLease = "audit";

/** Begins an audit that nobody waits for: what it says is kept. `false` if one is under way that was begun like this. */
export async function startAudit(services: ServingServices): Promise<boolean> {
  const { auditor, log } = services;
  const hasBegun = await new Promise<boolean>((begun, failed) => {
    leased(services, auditLease, async () => {
      begun(true);
      await auditor.run();
    }).then(
      (result) => begun(result !== null),
      (error: unknown) => {
        log.warn({ error: String(error) }, "An audit was broken off.");
        failed(error);
      },
    );
  });
  if (hasBegun) await act(services, { ...noSides, action: "audit.run", subject: null });
  return hasBegun;
}

/** Whether one is under way, on whichever server. */
export async function isAuditing({ store, clock }: Pick<Services, "store" | "clock">): Promise<boolean> {
  return (await leasedUntil(store.read, auditLease, clock.now())) !== null;
}
