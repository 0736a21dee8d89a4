import type { OwnProvider } from "../../domain/ids.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import { SourceError } from "../../providers/kit/asking.ts";
import type { SourceKind, Window } from "../../providers/source.ts";
import type { Lease } from "../../store/engine/transaction.ts";
import { pendingRefs, unseenRefs, type WaitingRef } from "../../store/inbox/read/waiting-refs.ts";
import { type Covered, type Watermark, watermarksOf } from "../../store/inbox/watermarks.ts";
import { type Fate, fates, tell } from "../inbox/tell.ts";
import { leased, startWorker, type Worker } from "../kit/worker.ts";
import type { ConfiguredSource, Services } from "../services.ts";
import { askForNamed } from "./ask-for-named.ts";

type Counts = Readonly<Record<Fate, number>>;

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

interface Backfilling {
  readonly services: Services;
  readonly source: ConfiguredSource;
  readonly lease: Lease;
  readonly stopping: AbortSignal;
}

class Counter {
  readonly #counts = new Map<Fate, number>();

  add(fate: Fate): void {
    this.#counts.set(fate, (this.#counts.get(fate) ?? 0) + 1);
  }

  counts(): Counts {
    return Object.fromEntries(fates.map((fate) => [fate, this.#counts.get(fate) ?? 0])) as Counts;
  }
}

function sumOf(one: Counts, other: Counts): Counts {
  return Object.fromEntries(fates.map((fate) => [fate, one[fate] + other[fate]])) as Counts;
}

/**
 * Reads one list from where it was left, page by page; what was read is in the books before its page is marked as read. So
 * it can be killed at any moment: at worst a page is read twice.
 */
async function backfillKind(
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
    await save(backfilling, { ...mark, covered, listing: null, problem: null });
    return report(covered, null);
  } catch (error) {
    const problem = problemOf(error);
    if (error instanceof SourceError) await keepProblem(backfilling, mark, problem);
    return report(mark.covered, problem);
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

/** Beside how far the list was read by now. */
async function keepProblem(backfilling: Backfilling, mark: Watermark, { code, detail }: BackfillProblem) {
  const marks = await watermarksOf(backfilling.services.store.read, mark);
  const latest = marks.find(({ kind }) => kind === mark.kind) ?? mark;
  await backfilling.services.store.saveWatermark(
    { ...latest, problem: `${code}: ${detail}` },
    backfilling.lease,
  );
}

class Interrupted extends Error {
  readonly code: "lease_lost" | "stopped";
  constructor(code: "lease_lost" | "stopped", message: string) {
    super(message);
    this.code = code;
  }
}

async function save({ services, lease }: Backfilling, mark: Watermark): Promise<void> {
  if (await services.store.saveWatermark(mark, lease)) return;
  throw new Interrupted("lease_lost", "Another process has taken over.");
}

/** What a database refuses is thrown on: without it there is nothing to report. */
function problemOf(error: unknown): BackfillProblem {
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

/** Its watermark says up to when the provider's balance was summed up, to the end. */
const kind = "opening";

/**
 * What the provider's balance was when the books began, summed up from all its rows before then; once, since they never
 * change. What else tells of a balance then, of one currency alone perhaps, is no reason to leave it out. `null` where the
 * books have everything, or it was summed up before.
 */
async function stateOpening(backfilling: Backfilling): Promise<KindReport | null> {
  const { services, source } = backfilling;
  const at = services.policies.current.booksStartAt;
  if (at === null || at > services.clock.now()) return null;
  const about = { provider: source.source.provider, account: source.account };
  const marks = await watermarksOf(services.store.read, about);
  if (marks.some((mark) => mark.kind === kind && mark.covered?.to === at)) return null;
  const counter = new Counter();
  const report = { kind, covered: null };
  try {
    for (const telling of await source.source.balancesAt(at))
      counter.add(await tell(services, source, telling));
    const summed: Watermark = {
      ...about,
      kind,
      covered: { from: null, to: at },
      listing: null,
      problem: null,
    };
    await save(backfilling, summed);
    return { ...report, counts: counter.counts(), problem: null };
  } catch (error) {
    return { ...report, counts: counter.counts(), problem: problemOf(error) };
  }
}

const pageSize = 30;
/** What is found can name something else that was never seen: an invoice its payment, a payment its invoice. */
const mostRounds = 3;

/**
 * Asks for what the books wait for: documents and payments that are known only by what names them, and movements that the
 * provider had not decided. What it answers is applied like everything else.
 */
async function lookUpWaiting(backfilling: Backfilling): Promise<KindReport> {
  const counter = new Counter();
  const report = { kind: "looked up", covered: null };
  try {
    await askFor(backfilling, pendingRefs, counter);
    for (let round = 0; round < mostRounds; round += 1) {
      const before = counter.counts().new;
      await askFor(backfilling, unseenRefs, counter);
      if (counter.counts().new === before) break;
    }
    return { ...report, counts: counter.counts(), problem: null };
  } catch (error) {
    return { ...report, counts: counter.counts(), problem: problemOf(error) };
  }
}

async function askFor(
  { services, source, stopping }: Backfilling,
  refsOf: typeof unseenRefs,
  counter: Counter,
): Promise<void> {
  const { account } = source;
  const { provider } = source.source;
  for (let after = -1n; !stopping.aborted; ) {
    const refs: WaitingRef[] = await refsOf(services.store.read, {
      provider,
      account,
      after,
      limit: pageSize,
    });
    for await (const page of source.source.lookUp(refs.map(({ ref }) => ref))) {
      for (const telling of page.tellings) counter.add(await tell(services, source, telling));
    }
    if (refs.length < pageSize) return;
    after = refs.at(-1)?.no ?? after;
  }
}

export interface BackfillOptions {
  /** Of those that are configured; `null`: all. */
  readonly providers: readonly OwnProvider[] | null;
  /** A window to read, whatever was read before; without any, each list is read on from where it was left. */
  readonly window: { readonly from: Instant | null; readonly to: Instant | null } | null;
  readonly stopping?: AbortSignal;
}

export interface SourceReport {
  readonly provider: OwnProvider;
  readonly account: string;
  readonly kinds: readonly KindReport[];
}

/** Lists are not always complete at once: what was read lately is read again. */
const overlap = 2n * nanosecondsPerDay;

/**
 * Asks the providers for what they never delivered. Every list goes through the same inbox as webhooks: what is known has no
 * effect, and what is delivered afterwards is a duplicate. One process at a time asks a provider for an account.
 */
export async function backfill(services: Services, options: BackfillOptions): Promise<SourceReport[]> {
  const { providers } = options;
  const wanted = services.sources.filter(
    ({ source }) => providers === null || providers.includes(source.provider),
  );
  await askForNamed(services, options.stopping);
  const reports: SourceReport[] = [];
  for (const source of wanted) reports.push(await backfillSource(services, source, options));
  return reports;
}

async function backfillSource(
  services: Services,
  source: ConfiguredSource,
  { window, stopping = new AbortController().signal }: BackfillOptions,
): Promise<SourceReport> {
  const { provider } = source.source;
  const { account } = source;
  const about = { provider, account };
  const kinds = await leased(services, `backfill:${provider}:${account}`, async (lease) => {
    const backfilling = { services, source, lease, stopping };
    const marks = await watermarksOf(services.store.read, about);
    const plan = { marks, kinds: source.source.kinds, window };
    const read: KindReport[] = [];
    for (const kind of source.source.kinds) {
      const mark = markOf(marks, { ...about, kind: kind.name });
      read.push(await readList(backfilling, kind, mark, plan));
    }
    const opening = await stateOpening(backfilling);
    return [...read, await lookUpWaiting(backfilling), ...(opening === null ? [] : [opening])];
  });
  return { ...about, kinds: kinds ?? [busy] };
}

/** One list up to now: first the rest of a listing that was broken off, then what came since. */
async function readList(
  backfilling: Backfilling,
  kind: SourceKind,
  mark: Watermark,
  plan: Plan,
): Promise<KindReport> {
  const now = backfilling.services.clock.now();
  const { listing } = mark;
  if (plan.window !== null || listing === null)
    return backfillKind(backfilling, kind, { mark, window: windowOf(kind, mark, plan, now) });
  const rest = await backfillKind(backfilling, kind, { mark, window: listing });
  if (rest.problem !== null && rest.problem.code !== "list_changed") return rest;
  // Where its place in the list is gone, it begins again.
  const since = { ...mark, covered: rest.covered, listing: null };
  const report = await backfillKind(backfilling, kind, {
    mark: since,
    window: windowOf(kind, since, plan, now),
  });
  return { ...report, counts: sumOf(rest.counts, report.counts) };
}

const busy: KindReport = {
  kind: "all",
  covered: null,
  counts: { new: 0, known: 0, meaningless: 0, unreadable: 0 },
  problem: {
    code: "busy",
    detail: "Another process is asking, or was killed while it did; its lease expires in minutes.",
  },
};

function markOf(
  marks: readonly Watermark[],
  about: Pick<Watermark, "provider" | "account" | "kind">,
): Watermark {
  const found = marks.find(({ kind }) => kind === about.kind);
  return found ?? { ...about, covered: null, listing: null, problem: null };
}

interface Plan {
  readonly marks: readonly Watermark[];
  readonly kinds: readonly SourceKind[];
  readonly window: BackfillOptions["window"];
}

function windowOf(kind: SourceKind, { covered }: Watermark, plan: Plan, now: Instant): Window {
  const { window } = plan;
  if (window !== null) return { from: window.from, to: window.to ?? now, after: null };
  const isKnown = covered !== null && (kind.listsChanges || !hasGap(plan, now));
  return { from: isKnown ? covered.to - overlap : null, to: now, after: null };
}

/**
 * Whether the provider has forgotten events that nobody read. What changed of older objects meanwhile is told by no list of
 * new ones: then all of them are read.
 */
function hasGap({ marks, kinds }: Plan, now: Instant): boolean {
  const kept = kinds.find(({ name }) => name === "events")?.kept ?? null;
  const read = marks.find(({ kind }) => kind === "events")?.covered ?? null;
  return kept !== null && (read === null || read.to < now - kept);
}

interface ScheduleOptions {
  /** How old the oldest list may become before all are read again, in nanoseconds. */
  readonly every: bigint;
  readonly lookEveryMilliseconds: number;
}

/**
 * Asks the providers whenever that is due, until it is stopped. Several servers on one database take turns: what one has
 * read is due for none of them.
 */
export function startBackfilling(
  services: Services,
  { every, lookEveryMilliseconds }: ScheduleOptions,
): Worker {
  let triedAt: Instant | null = null;
  return startWorker(
    async (stopping) => {
      const now = services.clock.now();
      // One that failed is not tried again sooner than one that succeeded, unless it was for our own database.
      if (triedAt !== null && now - triedAt < every) return;
      try {
        if (!(await isDue(services, now - every))) return;
        triedAt = now;
        logReports(services, await backfill(services, { providers: null, window: null, stopping }));
      } catch (error) {
        if (services.store.isUnavailable(error)) triedAt = null;
        services.log.error({ error: String(error) }, "The providers could not be asked.");
      }
    },
    { everyMilliseconds: lookEveryMilliseconds },
  );
}

/** Asks them once, if some list was not read to its end for so long. */
export async function backfillWhenDue(
  services: Services,
  every: bigint,
  stopping: AbortSignal,
): Promise<void> {
  if (await isDue(services, services.clock.now() - every))
    logReports(services, await backfill(services, { providers: null, window: null, stopping }));
}

/** Whether some list was not read to its end since. */
async function isDue({ store, sources }: Services, since: Instant): Promise<boolean> {
  for (const { source, account } of sources) {
    const marks = await watermarksOf(store.read, { provider: source.provider, account });
    const read = new Map(marks.map(({ kind, covered }) => [kind, covered?.to ?? 0n]));
    if (source.kinds.some(({ name }) => (read.get(name) ?? 0n) <= since)) return true;
  }
  return false;
}

function logReports({ log }: Services, reports: readonly SourceReport[]): void {
  for (const { provider, account, kinds } of reports) {
    const found = kinds.reduce((sum, { counts }) => sum + counts.new, 0);
    log.info({ provider, account, found }, "A provider was asked for what it never delivered.");
    for (const { kind, problem } of kinds) {
      if (problem !== null) log.warn({ provider, account, kind, ...problem }, "A list could not be read.");
    }
  }
}
