import type { Posting } from "../../domain/book/journal.ts";
import type { ProviderReport } from "../../domain/reconciling/statement.ts";
import { amount, count, list, object, oneOf, text, time } from "../../store/described/field.ts";
import { answer, extended } from "../../store/described/noun.ts";
import { type AgedDiscrepancy, detail, discrepancyNoun } from "../../store/reconciling/nouns/discrepancy.ts";
import { reportNoun } from "../../store/reconciling/nouns/report.ts";
import type { ResolutionRow } from "../../store/reconciling/read/discrepancies.ts";
import type { DiscrepancyDetail, StatementDetail } from "../reconciling/read-runs.ts";
import type { Preview } from "../spending/previews.ts";

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

interface AgedDetail extends AgedDiscrepancy {
  readonly steps: readonly Step[];
}

export const discrepancyDetail = extended<AgedDetail, AgedDiscrepancy>(
  discrepancyNoun,
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

const reason = answer<StatementDetail["reasons"][number]>()(
  "ReportRowReason",
  "Why rows are not included, and how many.",
  () => ({ status: oneOf(["excluded", "error"]), reason: text, count }),
);

export const reportDetail = extended<StatementDetail, ProviderReport>(
  reportNoun,
  ({ statement }) => statement,
  answer<StatementDetail>()("ReportDetail", "A report, and why rows are not included.", () => ({
    reasons: list(object(reason)),
  })),
);
