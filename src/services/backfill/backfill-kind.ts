import type { Instant } from "../../domain/time.ts";
import { SourceError } from "../../providers/kit/source-error.ts";
import type { SourceKind, Window } from "../../providers/source.ts";
import type { Lease } from "../../store/engine/leases.ts";
import type { Covered, Watermark } from "../../store/inbox/watermarks.ts";
import { type Fate, fates, tell } from "../inbox/tell.ts";
import type { ConfiguredSource, Services } from "../services.ts";

export type Counts = Readonly<Record<Fate, number>>;

/** What keeps a listing from its end. `lease_lost`: another process goes on with it. */
export interface BackfillProblem {
  readonly code: SourceError["code"] | "lease_lost" | "busy" | "stopped";
  readonly detail: string;
}

export interface KindReport {
  /** A list of the provider's, or `looked up`. */
  readonly kind: string;
  /** What was listed to its end by now; `null` if nothing was. `from` is `null` where the list was read from its beginning. */
  readonly covered: Covered | null;
  readonly counts: Counts;
  readonly problem: BackfillProblem | null;
}

export interface Backfilling {
  readonly services: Services;
  readonly source: ConfiguredSource;
  readonly lease: Lease;
  readonly stopping: AbortSignal;
}

export class Counter {
  readonly #counts = new Map<Fate, number>();

  add(fate: Fate): void {
    this.#counts.set(fate, (this.#counts.get(fate) ?? 0) + 1);
  }

  counts(): Counts {
    return Object.fromEntries(fates.map((fate) => [fate, this.#counts.get(fate) ?? 0])) as Counts;
  }
}

export function sumOf(one: Counts, other: Counts): Counts {
  return Object.fromEntries(fates.map((fate) => [fate, one[fate] + other[fate]])) as Counts;
}

/**
 * Reads one list from where it was left, page by page; what was read is in the books before its page is marked as read. So
 * it can be killed at any moment: at worst a page is read twice.
 */
export async function backfillKind(
  backfilling: Backfilling,
  kind: SourceKind,
  plan: { readonly mark: Watermark; readonly window: Window },
): Promise<KindReport> {
  const counter = new Counter();
  const report = (covered: Covered | null, problem: BackfillProblem | null): KindReport => ({
    kind: kind.name,
    covered,
    counts: counter.counts(),
    problem,
  });
  const { mark, window } = plan;
  try {
    await readPages(backfilling, kind, plan, counter);
    const covered = extended(mark.covered, coveredBy(window, kind));
    await save(backfilling, { ...mark, covered, listing: null });
    return report(covered, null);
  } catch (error) {
    return report(mark.covered, problemOf(error));
  }
}

async function readPages(
  backfilling: Backfilling,
  kind: SourceKind,
  { mark, window }: { readonly mark: Watermark; readonly window: Window },
  counter: Counter,
): Promise<void> {
  const { services, source, stopping } = backfilling;
  for await (const page of source.source.pages(kind.name, window)) {
    const said = await Promise.all(page.tellings.map((telling) => tell(services, source, telling)));
    for (const fate of said) counter.add(fate);
    if (page.after !== null) {
      const { from, to } = window;
      await save(backfilling, { ...mark, listing: { from, to, after: page.after } });
    }
    if (stopping.aborted) throw new Interrupted("stopped", "It was told to stop.");
  }
}

class Interrupted extends Error {
  readonly code: "lease_lost" | "stopped";
  constructor(code: "lease_lost" | "stopped", message: string) {
    super(message);
    this.code = code;
  }
}

export async function save({ services, lease }: Backfilling, mark: Watermark): Promise<void> {
  if (await services.store.saveWatermark(mark, lease)) return;
  throw new Interrupted("lease_lost", "Another process has taken over.");
}

/** What a database refuses is thrown on: without it there is nothing to report. */
export function problemOf(error: unknown): BackfillProblem {
  if (error instanceof SourceError || error instanceof Interrupted)
    return { code: error.code, detail: error.message };
  throw error;
}

/** Where the provider keeps a list for a while only, no more than that was read. */
function coveredBy({ from, to }: Window, { kept }: SourceKind): Covered {
  if (kept === null || (from !== null && from > to - kept)) return { from, to };
  return { from: to - kept, to };
}

/** Two stretches that touch are one; of two that do not, only the one that was read last is known to be whole. */
function extended(before: Covered | null, now: Covered): Covered {
  if (before === null) return now;
  const touches =
    (now.from === null || now.from <= before.to) && (before.from === null || now.to >= before.from);
  if (!touches) return before.to > now.to ? before : now;
  const from = before.from === null || now.from === null ? null : least(before.from, now.from);
  return { from, to: before.to > now.to ? before.to : now.to };
}

const least = (a: Instant, b: Instant): Instant => (a < b ? a : b);
