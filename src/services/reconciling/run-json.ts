import { levels, rowClasses } from "../../domain/reconciling/level.ts";
import type { Stated } from "../../domain/reconciling/reconciled-row.ts";
import { type Missing, type Run, runStatuses } from "../../domain/reconciling/run.ts";
import type { CurrencyTotal } from "../../domain/reconciling/totals.ts";
import type { Instant } from "../../domain/time.ts";
import {
  amount,
  count,
  list,
  object,
  oneOf,
  type Schema,
  text,
  time,
  told,
} from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import { ageGroupOf, ageGroups, ageOf } from "./ages.ts";
import type { ShownRow } from "./read-runs.ts";

const missing = answer<Missing>()("Missing", "Why a run could not decide.", () => ({
  code: text,
  detail: text,
}));

const total = answer<CurrencyTotal>()(
  "CurrencyTotal",
  "One currency of a run: what the provider says, and we.",
  () => ({
    currency: text,
    left: amount.about("What the provider says."),
    right: amount.about("What we say."),
    difference: amount,
    explained: amount,
    unexplained: amount,
  }),
);

/** A run in the API's form; what the command line prints, too. */
export const runAnswer = answer<Run>()(
  "Reconciliation",
  "A comparison that was asked for, and what came of it.",
  () => ({
    id: text,
    provider: text,
    account: text,
    level: oneOf(levels),
    from: time,
    to: time,
    zone: text,
    currency: text.nullable.about("Only rows of this currency; null: all."),
    payoutRef: text.nullable,
    statementIds: list(text),
    status: oneOf(runStatuses),
    missing: list(object(missing)).about("What was missing to decide."),
    counts: told<Run["counts"]>({
      type: "object",
      additionalProperties: { type: "integer" },
      description: "Rows by class.",
    }),
    totals: list(object(total)),
    requestedBy: text,
    startedAt: time,
    finishedAt: time.nullable,
  }),
);

/** What is known of a disagreement, in strings. */
export const wordsOf = (schema: Schema) =>
  told<Readonly<Record<string, string>>>({
    type: "object",
    additionalProperties: { type: "string" },
    ...schema,
  });

export const stated = answer<Stated>()("Stated", "An amount and its currency.", () => ({
  currency: text,
  amount,
}));

/** A row that is looked at now. */
export interface AgedRow {
  readonly row: ShownRow;
  readonly now: Instant;
}

/** A row: what the provider says, what we say, and why they may differ. */
export const rowAnswer = answer<AgedRow>()(
  "ReconciliationRow",
  "What the provider says, what we say, and what that makes.",
  (from) => ({
    level: from(oneOf(levels), ({ row }) => row.level),
    key: from(text, ({ row }) => row.key),
    class: from(oneOf(rowClasses), ({ row }) => row.class),
    kind: from(text.nullable, ({ row }) => row.kind),
    subject: from(text.nullable, ({ row }) => row.subject),
    providerSays: from(object(stated).nullable, ({ row }) => row.left),
    weSay: from(object(stated).nullable, ({ row }) => row.right),
    differences: from(list(object(stated)), ({ row }) => row.differences),
    detail: from(wordsOf({}), ({ row }) => row.detail),
    at: from(time.nullable, ({ row }) => row.at),
    dueAt: from(time.nullable, ({ row }) => row.dueAt),
    ageDays: from(count.nullable, ({ row, now }) => ageOf(row.dueAt, now)),
    age: from(oneOf(ageGroups).nullable, ({ row, now }) => ageGroupOf(row.dueAt, now)),
    hash: from(text, ({ row }) => row.hash),
    discrepancyId: from(text.nullable, ({ row }) => row.discrepancyId),
    causedBy: from(
      text.nullable.about("The discrepancy, of another level, that tells of it already."),
      ({ row }) => row.detail.reported_by ?? null,
    ),
  }),
);
