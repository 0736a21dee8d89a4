import type { StatementId } from "../../../domain/ids.ts";
import type { StatementProblem } from "../../../domain/reconciling/statement.ts";
import { runningStatements } from "../../../store/reconciling/read/statements.ts";
import { leased, startWorker, type Worker } from "../../kit/worker.ts";
import type { Services } from "../../services.ts";

const leaseOf = (id: StatementId) => `statement:${id}`;

/** Between a statement's beginning and its lease lies a moment; nobody is taken for dead within it. */
const graceNanoseconds = 120_000_000_000n;

/** Shows others that a statement is being read, for as long as it is. */
export async function whileReading<Result>(
  services: Services,
  id: StatementId,
  read: () => Promise<Result>,
): Promise<Result> {
  const result = await leased(services, leaseOf(id), async () => ({ of: await read() }));
  if (result === null) throw new Error(`The statement ${id} is read by another process.`);
  return result.of;
}

const interrupted: StatementProblem = {
  code: "interrupted",
  detail: "The process that read it ended before the report did. What it had read is kept; import it again.",
};

/** Ends statements whose process was killed, and gives how many: they are incomplete, not still running. */
export async function endInterrupted(services: Services): Promise<number> {
  const { store, clock } = services;
  let ended = 0;
  for (const { no, id } of await runningStatements(store.read, clock.now() - graceNanoseconds)) {
    const end = {
      status: "incomplete",
      problem: interrupted,
      warnings: [],
      finishedAt: clock.now(),
    } as const;
    const taken = await leased(services, leaseOf(id), async () => {
      await store.finishStatement({ no, id }, end);
      return true;
    });
    if (taken === true) ended += 1;
  }
  return ended;
}

/** Looks for such statements until it is stopped. */
export function startEndingInterrupted(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  return startWorker(async () => {
    try {
      await endInterrupted(services);
    } catch (error) {
      services.log.error({ error: String(error) }, "Interrupted statements could not be ended.");
    }
  }, options);
}
