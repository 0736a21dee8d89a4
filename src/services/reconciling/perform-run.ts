import { setImmediate as othersTurn } from "node:timers/promises";
import type { Discrepancy, Message } from "../../domain/books.ts";
import { messageId } from "../../domain/ids.ts";
import { conclude, type DiscrepancyChange, disappeared } from "../../domain/reconciling/conclude.ts";
import type { Verdict } from "../../domain/reconciling/level.ts";
import type { ReconciledRow } from "../../domain/reconciling/reconciled-row.ts";
import { type Missing, type Run, Totals } from "../../domain/reconciling/run.ts";
import type { Lease } from "../../store/engine/transaction.ts";
import {
  discrepanciesByKeys,
  findRun,
  hasDiscrepancies,
  standingUnsaid,
} from "../../store/reconciling/read/reconciliations.ts";
import type { ReconciledPage } from "../../store/reconciling/reconciliations.ts";
import { leased } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import { type Comparing, type Match, pageSize } from "./plan.ts";
import { planFor } from "./plan-for.ts";
import { reportedElsewhere } from "./reported.ts";

/**
 * Does what was asked for, from its beginning: a run that was broken off is begun again by whoever finds it. Two runs of one
 * level of an account follow each other: both would open what is new. Gives the run as it ended; `null` if another process is
 * at it or at one like it, or took it over.
 */
export async function performRun(services: Services, id: string, stopping: AbortSignal): Promise<Run | null> {
  const asked = await findRun(services.store.read, id);
  if (asked === null) return null;
  const { provider, account, level } = asked.run;
  return leased(services, `reconciliation:${provider}:${account}:${level}`, async (lease) => {
    const found = await findRun(services.store.read, id);
    if (found === null || found.run.status !== "running") return found?.run ?? null;
    try {
      return await performed({ services, ...found, stopping }, lease);
    } catch (error) {
      if (error instanceof TakenOver) return null;
      throw error;
    }
  });
}

/** @throws TakenOver; and if the database cannot be used: without it nothing can be said, and whoever finds the run begins it again */
async function performed(comparing: Comparing, lease: Lease): Promise<Run | null> {
  const { services, run, no } = comparing;
  const performance = new Performance(comparing, lease);
  try {
    if (!(await services.store.forgetReconciledRows(no, lease))) throw new TakenOver();
    return await performance.perform();
  } catch (error) {
    if (error instanceof TakenOver || services.store.isUnavailable(error)) throw error;
    services.log.error(
      { reconciliation: run.id, error: String(error) },
      "A reconciliation could not be done.",
    );
    return performance.giveUp(error);
  }
}

class TakenOver extends Error {}

class Performance {
  readonly #comparing: Comparing;
  readonly #lease: Lease;
  readonly #totals = new Totals();
  #mayBeKnown = false;

  constructor(comparing: Comparing, lease: Lease) {
    this.#comparing = comparing;
    this.#lease = lease;
  }

  /** `null` if it was told to stop: the run stays as it is, and somebody begins it again. */
  async perform(): Promise<Run | null> {
    const { services, run, stopping } = this.#comparing;
    const plan = await planFor(this.#comparing);
    this.#mayBeKnown = await hasDiscrepancies(services.store.read, run);
    const missing: Missing[] = [...plan.missing];
    for await (const rows of plan.rows(this.#comparing, this.#match)) {
      if (stopping.aborted) return null;
      await this.#store(rows);
      // On SQLite nothing here ever waits: webhooks come first, and the lease has to be kept.
      await othersTurn();
    }
    // A list that was broken off by us says nothing of the provider.
    if (stopping.aborted) return null;
    missing.push(...plan.found());
    if (plan.mayClose && missing.length === 0 && run.currency === null && run.payoutRef === null)
      await this.#closeUnsaid(plan.hasWindow);
    return this.#finish(missing);
  }

  /** What can be read may be wrong in a way that nobody thought of: that is no verdict, and no reason to try for ever. */
  giveUp(error: unknown): Promise<Run> {
    return this.#finish([
      { code: "could_not_decide", detail: error instanceof Error ? error.message : String(error) },
    ]);
  }

  readonly #match: Match = async (matching) => {
    const { services, run, no } = this.#comparing;
    const asked = { ...matching, run: { ...run, no }, mayBeKnown: this.#mayBeKnown };
    const matched = await services.store.saveMatches(asked, this.#lease);
    if (matched === null) throw new TakenOver();
    for (const sum of matched.sums) this.#totals.addMatched(sum);
    return matched.isAll;
  };

  async #store(rows: readonly ReconciledRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { services, run } = this.#comparing;
    const told = await reportedElsewhere(services, run, rows);
    const keys = told.map(({ key }) => key);
    const known = this.#mayBeKnown ? await discrepanciesByKeys(services.store.read, run, keys) : [];
    const byKey = Map.groupBy(known, ({ row }) => row?.key ?? "");
    const about = { ...run, now: services.clock.now() };
    const conclusions = told.map((row) => conclude(row, byKey.get(row.key) ?? [], about));
    for (const { row } of conclusions) this.#totals.add(row);
    await this.#save(
      conclusions,
      conclusions.flatMap(({ changes }) => changes),
    );
  }

  /** What was found before, lies in the window, and is nowhere any more. */
  async #closeUnsaid(hasWindow: boolean): Promise<void> {
    const { services, run, no } = this.#comparing;
    const isInWindow = ({ row }: Discrepancy) =>
      !hasWindow || row?.at == null || (row.at >= run.from && row.at < run.to);
    let after = "";
    for (;;) {
      const unsaid = await standingUnsaid(services.store.read, run, { run: no, after, limit: pageSize });
      const last = unsaid.at(-1);
      if (last === undefined) return;
      after = last.id;
      const now = services.clock.now();
      await this.#save(
        [],
        unsaid.filter(isInWindow).map((discrepancy) => disappeared(discrepancy, now)),
      );
    }
  }

  async #save(rows: ReconciledPage["rows"], changes: readonly DiscrepancyChange[]): Promise<void> {
    if (rows.length === 0 && changes.length === 0) return;
    const { services, run, no } = this.#comparing;
    const messages = changes.flatMap((change) => messageOf(change, run));
    const page = { run: { no, id: run.id, level: run.level }, rows, changes, messages };
    if (!(await services.store.saveReconciledPage(page, this.#lease))) throw new TakenOver();
  }

  async #finish(missing: readonly Missing[]): Promise<Run> {
    const { services, run } = this.#comparing;
    const finished: Run = {
      ...run,
      status: this.#verdict(missing),
      missing,
      counts: this.#totals.counts(),
      totals: this.#totals.totals(),
      finishedAt: services.clock.now(),
    };
    if (!(await services.store.finishRun(finished, this.#lease))) throw new TakenOver();
    return finished;
  }

  /** What is wrong is shown in the rows in any case; without all of its source nothing is right. */
  #verdict(missing: readonly Missing[]): Verdict {
    if (missing.length > 0) return "incomplete";
    return this.#totals.hasUnexplained || this.#totals.hasReported ? "discrepancies" : "matched";
  }
}

/** One that is new, or is open again, is announced. */
function messageOf({ discrepancy, action }: DiscrepancyChange, run: Run): Message[] {
  if (action !== "opened" && action !== "reopened") return [];
  const { id, provider, account, kind, detail, row, at } = discrepancy;
  return [
    {
      id: messageId("discrepancy.opened", id, run.id),
      type: "discrepancy.opened",
      walletId: null,
      fromSeq: null,
      seq: null,
      chargeId: null,
      data: {
        id,
        kind,
        provider,
        account,
        level: row?.level ?? null,
        reconciliation_id: run.id,
        charge_id: null,
        event_id: null,
        differences: (row?.differences ?? []).map(({ currency, amount }) => ({
          currency,
          amount: amount.toString(),
        })),
        detail,
      },
      createdAt: at,
    },
  ];
}
