import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { isLargerThan } from "../../store/audit/read/audit.ts";
import { leasedUntil } from "../../store/audit/read/audits.ts";
import { leased } from "../kit/worker.ts";
import { act, noSides } from "../people/acting.ts";
import type { Services, ServingServices } from "../services.ts";
import { type AuditReport, audit } from "./audit.ts";
import type { AuditTask } from "./audit-worker.ts";

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

/** Up to so many rows a thread of its own would take longer to begin than the audit takes. */
const fewRows = 1_000;
/** On the serving thread requests come through between two stretches: so small ones. */
const stretchOnServingThread = 8;

type Keeping = () => (report: AuditReport) => Promise<void>;

type Audited = Pick<Services, "store" | "providers" | "policies">;

/**
 * Audits the books beside live traffic: on a thread of its own, which reads the database through connections of its own.
 * A database in memory has only one, and a provider of the app's own is known to its own thread only: then on this one, in
 * slices. One at a time; whoever asks while one runs shares the next with all who do, since the one that runs may have
 * passed what they want to see.
 */
export class Auditor {
  readonly #audited: Audited;
  readonly #where: Omit<AuditTask, "policy"> | null;
  readonly #keeping: Keeping;
  #running: Promise<unknown> | undefined;
  #next: Promise<AuditReport> | undefined;
  #worker: Worker | undefined;
  readonly #closing = new AbortController();

  /**
   * @param where - null where no other thread can audit it
   * @param keeping - is told that one begins, and then what it said
   */
  constructor(
    audited: Audited,
    where: Omit<AuditTask, "policy"> | null,
    keeping: Keeping = () => async () => {},
  ) {
    this.#audited = audited;
    this.#where = where;
    this.#keeping = keeping;
  }

  /** @throws if it was broken off: {@link close} */
  run(): Promise<AuditReport> {
    this.#next ??= this.#afterRunning();
    return this.#next;
  }

  /** Breaks off what runs: an audit changes nothing. */
  async close(): Promise<void> {
    this.#closing.abort(new Error(brokenOff));
    await this.#worker?.terminate();
    await this.#running?.catch(() => {});
  }

  async #afterRunning(): Promise<AuditReport> {
    await this.#running?.catch(() => {});
    const audit = this.#auditAndKeep();
    this.#running = audit;
    this.#next = undefined;
    return audit;
  }

  async #auditAndKeep(): Promise<AuditReport> {
    const keep = this.#keeping();
    const report = await this.#audit();
    await keep(report);
    return report;
  }

  async #audit(): Promise<AuditReport> {
    const { signal } = this.#closing;
    const isLarge = this.#where !== null && (await isLargerThan(this.#audited.store.read, fewRows));
    signal.throwIfAborted();
    if (this.#where !== null && isLarge)
      return this.#onItsOwnThread({ ...this.#where, policy: this.#audited.policies.current });
    return audit(this.#audited, { stretchSize: stretchOnServingThread, signal });
  }

  #onItsOwnThread(task: AuditTask): Promise<AuditReport> {
    // Beside this file, and like it TypeScript in a checkout's tests and JavaScript elsewhere.
    const file = new URL(`./audit-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: task, execArgv: [] });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => {
        this.#worker = undefined;
        reject(new Error(brokenOff));
      });
    });
  }
}

const brokenOff = "The audit was broken off.";

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
