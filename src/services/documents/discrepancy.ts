import type { Posting } from "../../domain/book/journal.ts";
import { discrepancyStatuses } from "../../domain/books.ts";
import { levels } from "../../domain/reconciling/level.ts";
import type { Instant } from "../../domain/time.ts";
import { amount, count, list, object, oneOf, text, time } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import type { ListedDiscrepancy, ResolutionRow } from "../../store/reconciling/read/discrepancies.ts";
import { ageGroupOf, ageGroups, ageOf } from "../reconciling/ages.ts";
import type { DiscrepancyDetail } from "../reconciling/read-discrepancies.ts";
import { stated, wordsOf } from "../reconciling/run-json.ts";
import type { Preview } from "../spending/previews.ts";

export const detail = wordsOf({ description: "What differs: by field, what is known of it." });

/** One that is looked at now: while it is open, it has an age since it was due. */
export interface AgedDiscrepancy {
  readonly discrepancy: ListedDiscrepancy;
  readonly now: Instant;
}

const dueAtOf = ({ row, openedAt }: ListedDiscrepancy) => row?.dueAt ?? openedAt;
const whileOpen = <Value>(
  { discrepancy, now }: AgedDiscrepancy,
  of: (dueAt: Instant, now: Instant) => Value,
) => (discrepancy.status === "open" ? of(dueAtOf(discrepancy), now) : null);

export const discrepancyAnswer = answer<AgedDiscrepancy>()(
  "Discrepancy",
  "One disagreement between what we hold and what the provider states.",
  (from) => ({
    id: from(text.example("dis_d73b69e12aae7726aee790ac"), ({ discrepancy }) => discrepancy.id),
    provider: from(text, ({ discrepancy }) => discrepancy.provider),
    account: from(text, ({ discrepancy }) => discrepancy.account),
    kind: from(text, ({ discrepancy }) => discrepancy.kind),
    status: from(oneOf(discrepancyStatuses), ({ discrepancy }) => discrepancy.status),
    resolution: from(text.nullable, ({ discrepancy }) => discrepancy.resolution),
    level: from(oneOf(levels).nullable, ({ discrepancy }) => discrepancy.row?.level ?? null),
    key: from(text.nullable, ({ discrepancy }) => discrepancy.row?.key ?? null),
    differences: from(list(object(stated)), ({ discrepancy }) => discrepancy.row?.differences ?? []),
    chargeId: from(text.nullable, ({ discrepancy }) => discrepancy.chargeId),
    eventId: from(text.nullable, ({ discrepancy }) => discrepancy.eventId),
    detail: from(detail, ({ discrepancy }) => discrepancy.detail),
    hash: from(text.nullable.about("Changes when either side does."), ({ discrepancy }) => discrepancy.hash),
    occurredAt: from(time.nullable, ({ discrepancy }) => discrepancy.row?.at ?? null),
    dueAt: from(time.about("From when on it should have agreed."), ({ discrepancy }) => dueAtOf(discrepancy)),
    ageDays: from(count.nullable, (one) => whileOpen(one, ageOf)),
    age: from(oneOf(ageGroups).nullable, (one) => whileOpen(one, ageGroupOf)),
    assignee: from(text.nullable.about("Who looks into it."), ({ discrepancy }) => discrepancy.assignee),
    openedAt: from(time, ({ discrepancy }) => discrepancy.openedAt),
    changedAt: from(time, ({ discrepancy }) => discrepancy.at),
  }),
);

type Step = DiscrepancyDetail["steps"][number];

const step = answer<Step>()("DiscrepancyStep", "Who or what did what to it.", (from) => ({
  action: text,
  at: time,
  by: from(text.nullable, ({ actor }) => actor),
  resolution: text.nullable,
  reason: text.nullable,
  entryId: text.nullable,
  eventId: text.nullable,
  reconciliationId: text.nullable,
  detail,
}));

export interface AgedDetail extends AgedDiscrepancy {
  readonly steps: readonly Step[];
}

export const discrepancyDetail = extended<AgedDetail, AgedDiscrepancy>(
  discrepancyAnswer,
  (one) => one,
  answer<AgedDetail>()("DiscrepancyDetail", "A discrepancy with its history.", (from) => ({
    history: from(list(object(step)), ({ steps }) => steps),
  })),
);

/** What a person decided of one, as a line of a file. */
export const resolutionAnswer = answer<ResolutionRow>()(
  "Resolution",
  "What a person decided of a discrepancy.",
  (from) => ({
    discrepancyId: text,
    kind: text,
    provider: text,
    account: text,
    resolution: text,
    by: text.nullable,
    reason: text.nullable,
    at: time,
    entryId: text.nullable.about("What was posted for it."),
    // Both are of the entry's first posting: the account that the difference lay on.
    currency: from(text.nullable, ({ posted }) => posted?.currency ?? null),
    amount: from(amount.nullable, ({ posted }) => posted?.amount ?? null),
    standing: from(oneOf(["yes", "no"]), ({ isStanding }) => (isStanding ? "yes" : "no")),
  }),
);

const previewPosting = answer<Posting>()("PreviewedPosting", "A line of an entry.", () => ({
  account: text,
  currency: text,
  amount,
}));

export const discrepancyPreview = answer<Preview<unknown>>()(
  "DiscrepancyPreview",
  "What settling a discrepancy in a way would post, if it were done now.",
  (from) => ({
    preview: from(
      text.about("Sent with `resolve`, nothing is posted unless it would still be the same."),
      ({ hash }) => hash,
    ),
    postings: from(list(object(previewPosting)), ({ entries }) =>
      entries.flatMap(({ postings }) => postings),
    ),
  }),
);

interface Resolution extends AgedDetail {
  readonly entryId: string | null;
}

export const resolvedDiscrepancy = extended<Resolution, AgedDetail>(
  discrepancyDetail,
  (one) => one,
  answer<Resolution>()("ResolvedDiscrepancy", "A discrepancy that a person has settled.", () => ({
    entryId: text.nullable.about("What was posted for it."),
  })),
);
