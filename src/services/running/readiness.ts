import type { Instant } from "../../domain/time.ts";
import type { SchemaState } from "../../store/engine/migrate.ts";
import { workedAt } from "../../store/engine/worked-at.ts";
import type { Trouble } from "../../store/engine/writability.ts";
import type { Services } from "../services.ts";

/** Whether events can be stored now, and what is missing if not. */
export interface Readiness {
  readonly ready: boolean;
  readonly database: "ok" | Trouble["database"];
  readonly schema: SchemaState;
  /** When some process worked last; `null` if none ever has, or it cannot be read. */
  readonly workedAt: Instant | null;
}

/** Whoever asks does not wait long: a database that hangs is none. */
const patienceMilliseconds = 2_000;

export async function readReadiness(services: Services): Promise<Readiness> {
  try {
    return await inTime(look(services));
  } catch (error) {
    return notReady(services, { database: "unavailable", error });
  }
}

/** Both at once: reading may work where writing does not, and the reverse. */
async function look(services: Services): Promise<Readiness> {
  const { store } = services;
  const [schema, trouble] = await Promise.all([readSchema(services), store.trouble()]);
  if (trouble !== null) return notReady(services, trouble, schema);
  const ready = schema.pending.length === 0;
  return { ready, database: "ok", schema, workedAt: ready ? await workedAt(store.read) : null };
}

async function readSchema({ store }: Services): Promise<SchemaState> {
  await store.ping();
  return store.schema();
}

async function inTime<Result>(answer: Promise<Result>): Promise<Result> {
  let tooLate: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const error = new Error(`There was no answer within ${patienceMilliseconds / 1000} s.`);
    tooLate = setTimeout(() => reject(error), patienceMilliseconds);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(tooLate);
  }
}

const unknown: SchemaState = { pending: [], unknown: [] };

function notReady({ log }: Services, { database, error }: Trouble, schema = unknown): Readiness {
  log.warn({ database, error: String(error) }, "Events cannot be stored now.");
  return { ready: false, database, schema, workedAt: null };
}
