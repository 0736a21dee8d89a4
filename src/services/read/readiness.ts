import type { Services } from "../services.ts";

/** Whether events can be stored now, and what is missing if not. */
export interface Readiness {
  readonly ready: boolean;
  /** `refuses_writes`: it answers, but its disk is full or it is read-only. */
  readonly database: "ok" | "refuses_writes" | "unavailable";
  readonly pendingMigrations: readonly string[];
}

/** Whoever asks does not wait long: a database that hangs is none. */
const patienceMilliseconds = 2_000;

export async function readReadiness(services: Services): Promise<Readiness> {
  let tooLate: NodeJS.Timeout | undefined;
  const inTime = new Promise<never>((_, reject) => {
    const error = new Error(`There was no answer within ${patienceMilliseconds / 1000} s.`);
    tooLate = setTimeout(() => reject(error), patienceMilliseconds);
  });
  try {
    return await Promise.race([look(services), inTime]);
  } catch (error) {
    return notReady(services, "unavailable", error);
  } finally {
    clearTimeout(tooLate);
  }
}

async function look(services: Services): Promise<Readiness> {
  const { store } = services;
  await store.ping();
  const pendingMigrations = await store.pendingMigrations();
  const refusal = await store.writeRefusal();
  if (refusal !== null) return notReady(services, "refuses_writes", refusal);
  return { ready: pendingMigrations.length === 0, database: "ok", pendingMigrations };
}

function notReady({ log }: Services, database: Readiness["database"], error: unknown): Readiness {
  log.warn({ database, error: String(error) }, "Events cannot be stored now.");
  return { ready: false, database, pendingMigrations: [] };
}
