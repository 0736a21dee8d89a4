import type { Services } from "../services.ts";
import type { AuditReport } from "./audit.ts";

/** Keeps what an audit says that begins now. That it could not be kept makes it no less right. */
export function keepingAudit({ store, clock, log }: Pick<Services, "store" | "clock" | "log">) {
  const begunAt = clock.now();
  return async (report: AuditReport): Promise<void> => {
    try {
      await store.keepAudit(report, { begunAt, endedAt: clock.now() });
    } catch (error) {
      log.warn({ error: String(error) }, "What an audit said could not be kept.");
    }
  };
}
