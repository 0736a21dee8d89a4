import { idempotencyId, type StatementId } from "../../../domain/ids.ts";
import type { ProviderReport } from "../../../domain/reconciling/statement.ts";
import { isDecided } from "../../../store/batch/idempotency-keys.ts";
import { findStatement } from "../../../store/reconciling/read/statements.ts";
import { type KeyedRequest, once } from "../../kit/idempotency.ts";
import type { Services } from "../../services.ts";

/** An import under an idempotency key; what it asks for is known only once its report was read to the end. */
export interface KeyedImport extends Omit<KeyedRequest, "request"> {
  request(): string;
  onRepeated(): void;
}

/**
 * Imports a report once for one key: sent again, it is read and not imported, and the answer is the first statement. If two
 * are on their way at once both are imported, and have one answer. What broke off keeps no key: it may be sent again.
 * @throws IdempotencyConflict if the key was used for another report
 */
export async function importOnce(
  services: Services,
  keyed: KeyedImport | null,
  chunks: AsyncIterable<Uint8Array>,
  run: (chunks: AsyncIterable<Uint8Array>) => Promise<ProviderReport>,
): Promise<ProviderReport> {
  if (keyed === null) return run(chunks);
  if (await isDecided(services.store.read, idempotencyId(keyed.caller, keyed.key, 0))) {
    for await (const _ of chunks);
    return keep(services, keyed, null);
  }
  const statement = await run(chunks);
  return statement.problem?.code === "cut_off" ? statement : keep(services, keyed, statement.id);
}

/** What was imported first under this key: this statement, or another before it. */
async function keep(services: Services, keyed: KeyedImport, id: StatementId | null): Promise<ProviderReport> {
  const { caller, key, onRepeated } = keyed;
  const { store } = once(services, { caller, key, request: keyed.request() }, onRepeated);
  const first = await store.write({ needs: {}, decide: () => id });
  const found = first === null ? undefined : await findStatement(store.read, first);
  if (found === undefined) throw new Error(`The statement ${first} is gone.`);
  return found.statement;
}
