import type { Deed } from "../../domain/action.ts";
import type { Books, Discrepancy } from "../../domain/books.ts";
import type { DiscrepancyId } from "../../domain/ids.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import {
  lapsePostings,
  type RemarkRequest,
  type Resolved,
  type ResolveRequest,
  remarkOn,
  resolveDiscrepancy,
} from "../../domain/reconciling/resolve.ts";
import type { Instant } from "../../domain/time.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { correctedWithoutWord } from "../../store/reconciling/read/reconciliations.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";
import {
  confirming,
  type Decide,
  decidingEach,
  type Preview,
  previewing,
  type Seen,
  type Stale,
} from "../spending/previews.ts";

/** So many at most are settled by one word. */
export const mostAtOnce = 50;

/** A person settles a discrepancy, with a reason; of what was shown before, `preview` is its hash. */
export async function resolve(
  services: Services,
  request: ResolveRequest,
  preview: string | null = null,
): Promise<Resolved | Stale> {
  const settled = await resolveAll(services, [request], preview);
  if (settled.kind === "preview_stale") return settled;
  return settled.kind === "refused" ? settled.result : (settled.all[0] as Resolved);
}

/** All of them were settled, or none, for the sake of the first that could not be. */
export type AllResolved =
  | { readonly kind: "resolved"; readonly all: readonly ResolvedOne[] }
  | { readonly kind: "refused"; readonly id: DiscrepancyId; readonly result: NotResolved };
export type ResolvedOne = Extract<Resolved, { kind: "resolved" }>;
export type NotResolved = Exclude<Resolved, { kind: "resolved" }>;

/** Settles several by one word: each has an entry and a line of the trail of its own. */
export function resolveAll(
  services: Services,
  requests: readonly ResolveRequest[],
  preview: string | null,
): Promise<AllResolved | Stale> {
  const work = confirming(resolving(requests, services.policies.current), preview, seenOf(requests));
  return services.store.write(
    recorded(services, work, (result) => (result.kind === "resolved" ? deedsOf(result.all, requests) : null)),
  );
}

/** What settling them would post. */
export function previewResolving(
  { policies }: Pick<Services, "policies">,
  decide: Decide,
  requests: readonly ResolveRequest[],
): Promise<Preview<AllResolved>> {
  return decide(previewing(resolving(requests, policies.current), seenOf(requests)));
}

/** What each way of settling one would post. */
export function previewChoices(
  { policies }: Pick<Services, "policies">,
  decide: Decide,
  choices: readonly [ResolveRequest, ...ResolveRequest[]],
): Promise<Preview<AllResolved>[]> {
  const previewed = (request: ResolveRequest) =>
    previewing(resolving([request], policies.current), seenOf([request]));
  const [first, ...others] = choices;
  return decide(decidingEach([previewed(first), ...others.map(previewed)]));
}

/** Both sides, as they are: who decides on other ones decides on something else. */
const seenOf =
  (requests: readonly ResolveRequest[]): Seen =>
  (books) =>
    requests.map(({ id }) => {
      const known = books.knownDiscrepancy(id);
      return known === undefined ? null : [known.discrepancy.hash, known.discrepancy.status];
    });

function deedsOf(all: readonly ResolvedOne[], requests: readonly ResolveRequest[]): Deed[] {
  return all.map(({ discrepancy, entryId }, index) => ({
    action: "discrepancy.resolve",
    subject: discrepancy.id,
    reason: requests[index]?.reason ?? null,
    before: { status: "open" },
    after: {
      status: "resolved",
      resolution: String(discrepancy.resolution),
      ...(entryId === null ? {} : { entry: entryId }),
    },
  }));
}

/** Why nothing was done, for people. */
export function whyNotResolved(result: NotResolved | Stale, limit: string): string {
  switch (result.kind) {
    case "preview_stale":
      return "Its sides, or the books, have moved since it was looked at. Nothing was posted.";
    case "unknown":
      return "There is no such discrepancy.";
    case "not_open":
      return `It is resolved already: ${result.resolution}. Nothing was posted.`;
    case "nothing_to_post":
      return "It has no difference that a posting could settle.";
    case "amount_invalid":
      return `At most ${limit} can be posted.`;
    case "account_invalid":
      return result.detail;
    default:
      return result satisfies never;
  }
}

/** A note on a discrepancy, or who looks into it; it settles nothing. */
export function remark(services: Services, request: RemarkRequest): Promise<Discrepancy | null> {
  return services.store.write(
    recorded(services, remarking(request), (found) => (found === null ? null : deedOf(request))),
  );
}

function deedOf({ id: subject, remark }: RemarkRequest): Deed {
  if ("note" in remark)
    return { action: "discrepancy.note", subject, reason: remark.note, before: null, after: null };
  const after = remark.assignee === null ? null : { assignee: remark.assignee };
  return { action: "discrepancy.assign", subject, reason: null, before: null, after };
}

/** Takes back what was posted for discrepancies that are open again or have disappeared; gives how many there were. */
export async function lapseCorrections(services: Services): Promise<number> {
  const ids = await correctedWithoutWord(services.store.read);
  const lapsed = await Promise.all(ids.map((id) => services.store.write(lapsing(id))));
  return lapsed.filter((done) => done).length;
}

/** What is decided of discrepancies; two decisions on one are never in one batch: the second must see the first. */
function ofDiscrepancies<Result>(
  discrepancies: readonly DiscrepancyId[],
  decide: Work<Result>["decide"],
): Work<Result> {
  return { needs: { discrepancies }, alone: true, decide };
}

function resolving(requests: readonly ResolveRequest[], policy: Policy): Work<AllResolved> {
  return ofDiscrepancies(
    requests.map(({ id }) => id),
    (books, now) => {
      const refused = firstRefused(books.copy(), requests, { policy, now });
      if (refused !== null) return refused;
      const all = requests.map(
        (request) => resolveDiscrepancy(books, request, { policy, now }) as ResolvedOne,
      );
      return { kind: "resolved", all };
    },
  );
}

function firstRefused(
  trial: Books,
  requests: readonly ResolveRequest[],
  terms: { readonly policy: Policy; readonly now: Instant },
): AllResolved | null {
  for (const request of requests) {
    const result = resolveDiscrepancy(trial, request, terms);
    if (result.kind !== "resolved") return { kind: "refused", id: request.id, result };
  }
  return null;
}

const remarking = (request: RemarkRequest): Work<Discrepancy | null> =>
  ofDiscrepancies([request.id], (books, now) => remarkOn(books, request, now) ?? null);

const lapsing = (id: DiscrepancyId): Work<boolean> =>
  ofDiscrepancies([id], (books, now) => lapsePostings(books, id, now));
