import { workLease } from "../../store/engine/worked-at.ts";
import { askForNamed } from "../backfill/ask-for-named.ts";
import { backfillWhenDue } from "../backfill/backfill.ts";
import { followCurrentPolicy } from "../charges/follow-policy.ts";
import { recogniseSellers } from "../inbox/recognise-sellers.ts";
import { retryFailed } from "../inbox/retry-failed.ts";
import { forgetOldKeys } from "../kit/idempotency.ts";
import { startWorker, type Worker } from "../kit/worker.ts";
import { addDays } from "../ledger/account-days.ts";
import { deliverDue } from "../outbox/deliver.ts";
import type { Sender } from "../outbox/send-message.ts";
import { tellTurns } from "../outbox/tell-turns.ts";
import { reconcileDue, scheduleDue } from "../reconciling/keep-reconciling.ts";
import { endInterrupted } from "../reconciling/statements/interrupted.ts";
import type { Services } from "../services.ts";
import { sweep } from "../spending/sweep.ts";

/** What goes on by itself besides what is always done. Periods are in nanoseconds; `null`: never. */
export interface Recurring {
  readonly sender: Sender | null;
  readonly backfillEvery: bigint | null;
  readonly reconcileEvery: bigint | null;
}

/** What a round came to. */
export interface DoneRound {
  /** Whether it came to its end, and nothing failed: there is nothing more to be done now. */
  readonly complete: boolean;
  /** What could not be done; the log says why. It is tried again in the next round. */
  readonly failed: readonly string[];
  /** Events that were tried again or asked for. */
  readonly events: number;
  /** Wallets of which something expired. */
  readonly expired: number;
  /** Messages that were sent. */
  readonly messages: number;
}

/**
 * One round of everything that is due, for those who have no process that works all the time. It ends when nothing is left, or
 * soon after `seconds`: what is under way then is finished. Any number of processes may do this at once, beside others that
 * work: each thing is done under the lock, lease or key that keeps it from being done twice.
 */
export async function runDue(
  services: Services,
  { seconds, ...standing }: Recurring & { readonly seconds: number },
): Promise<DoneRound> {
  const stopping = AbortSignal.timeout(seconds * 1000);
  const failed: string[] = [];
  const step = async (name: string, run: () => Promise<unknown>): Promise<number> => {
    if (stopping.aborted) return 0;
    try {
      const done = await run();
      return typeof done === "number" ? done : 0;
    } catch (error) {
      services.log.error({ step: name, error: String(error) }, "Something that is due could not be done.");
      failed.push(name);
      return 0;
    }
  };
  const deliver = async () => {
    const { sender } = standing;
    if (sender === null) return 0;
    let all = 0;
    for (let sent = 1; sent > 0 && !stopping.aborted; all += sent)
      sent = await deliverDue(services, { sender, random: Math.random }, stopping);
    return all;
  };
  await step("work", () => sayWorking(services));
  const expired = await step("expiry", () => sweep(services, stopping));
  // Another process may have put another policy in force.
  await step("policies", () => services.policies.refresh());
  const retried = await step("retries", () => retryFailed(services, stopping));
  const named = await step("named", () => askForNamed(services, stopping));
  await step("policy", () => followCurrentPolicy(services, stopping));
  await step("sellers", () => recogniseSellers(services, stopping));
  const early = await step("outbox", deliver);
  await step("statements", () => endInterrupted(services));
  const { backfillEvery, reconcileEvery } = standing;
  if (backfillEvery !== null)
    await step("backfill", () => backfillWhenDue(services, backfillEvery, stopping));
  if (reconcileEvery !== null) await step("schedule", () => scheduleDue(services, reconcileEvery));
  await step("reconciliations", () => reconcileDue(services, stopping));
  await step("turns", () => tellTurns(services));
  await step("account days", () => addDays(services, stopping));
  await step("keys", () => forgetOldKeys(services));
  const late = await step("outbox", deliver);
  return {
    complete: !stopping.aborted && failed.length === 0,
    failed,
    events: retried + named,
    expired,
    messages: early + late,
  };
}

/** Says in the database that somebody works. */
async function sayWorking({ store, clock }: Services): Promise<void> {
  await store.takeLease(workLease, clock.now());
}

/** Says so again and again, until it is stopped. */
export function startSayingWorking(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  const say = () =>
    sayWorking(services).catch((error: unknown) => {
      services.log.warn({ error: String(error) }, "Nobody could be told that this process works.");
    });
  const first = say();
  const worker = startWorker(say, options);
  return { stop: () => Promise.all([first, worker.stop()]).then(() => {}) };
}
