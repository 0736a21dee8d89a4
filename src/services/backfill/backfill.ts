import type { OwnProvider } from "../../domain/ids.ts";
import { type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import type { SourceKind, Window } from "../../providers/source.ts";
import { type Watermark, watermarksOf } from "../../store/inbox/watermarks.ts";
import { leased } from "../kit/leased.ts";
import type { ConfiguredSource, Services } from "../services.ts";
import { askForNamed } from "./ask-for-named.ts";
import { type Backfilling, backfillKind, type KindReport, sumOf } from "./backfill-kind.ts";
import { lookUpWaiting } from "./look-up.ts";
import { stateOpening } from "./state-opening.ts";

export type { BackfillProblem, Counts, KindReport } from "./backfill-kind.ts";

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
  return found ?? { ...about, covered: null, listing: null };
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
