import type { Services } from "../services.ts";
import { startWorker, type Worker } from "./worker.ts";

/**
 * Says once that a newer version has changed the database under this one, and goes on: all that this one asks for is asked for
 * by name. Which migrations are meant is in `/readyz` too.
 */
export function startWatchingSchema(
  { store, log }: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  let said = "";
  return startWorker(async () => {
    // Whoever needs a database that does not answer says so.
    const schema = await store.schema().catch(() => null);
    const unknown = schema?.unknown.join(", ") ?? said;
    if (unknown !== said && unknown !== "")
      log.warn(
        { unknown },
        "The database has migrations of a newer version; this one goes on. Upgrade it too.",
      );
    said = unknown;
  }, options);
}
