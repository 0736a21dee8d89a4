import type { Services } from "../services.ts";

/** Whether events can be stored now, and what is missing if not. */
export interface Readiness {
  readonly ready: boolean;
  readonly database: "ok" | "unavailable";
  readonly pendingMigrations: readonly string[];
}

export async function readReadiness({ store, log }: Services): Promise<Readiness> {
  try {
    await store.ping();
    const pendingMigrations = await store.pendingMigrations();
    return { ready: pendingMigrations.length === 0, database: "ok", pendingMigrations };
  } catch (error) {
    log.warn({ error: String(error) }, "The database does not answer.");
    return { ready: false, database: "unavailable", pendingMigrations: [] };
  }
}
