import type { DiscrepancyId, ProviderName, ReconciliationId } from "../../../domain/ids.ts";
import { ageGroupOf, ageGroups, ageOf } from "../../../domain/reconciling/ages.ts";
import { differencesOf, hashOf } from "../../../domain/reconciling/conclude.ts";
import { type Level, levels, rowClasses } from "../../../domain/reconciling/level.ts";
import type { ReconciledRow, Stated } from "../../../domain/reconciling/reconciled-row.ts";
import { type CurrencyTotal, type Missing, type Run, runStatuses } from "../../../domain/reconciling/run.ts";
import type { Instant } from "../../../domain/time.ts";
import {
  amount,
  asJson,
  assembled,
  count,
  internalNumber,
  json,
  list,
  object,
  oneOf,
  ownNumber,
  reference,
  type Schema,
  text,
  textOf,
  time,
} from "../../described/field.ts";
import { answer, described } from "../../described/noun.ts";
import { fromText, toText } from "../../engine/exact-json.ts";

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

/** The window, whose columns have names of their own. */
interface WindowColumns {
  readonly window_from: Instant;
  readonly window_to: Instant;
}

export const runNoun = described<Run>()(
  "Reconciliation",
  "A comparison that was asked for, and what came of it.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<ReconciliationId>(),
    provider: textOf<ProviderName>(),
    account: text,
    level: oneOf(levels),
    from: assembled<Instant, WindowColumns>((row) => row.window_from).toldAs(time),
    to: assembled<Instant, WindowColumns>((row) => row.window_to).toldAs(time),
    windowFrom: from(time.untold, (run) => run.from),
    windowTo: from(time.untold, (run) => run.to),
    zone: text,
    currency: text.nullable.about("Only rows of this currency; null: all."),
    payoutRef: text.nullable,
    statementIds: asJson<Run["statementIds"]>().toldAs(list(text)),
    status: oneOf(runStatuses),
    missing: asJson<Run["missing"]>().toldAs(list(object(missing)).about("What was missing to decide.")),
    counts: asJson<Run["counts"]>({
      type: "object",
      additionalProperties: { type: "integer" },
      description: "Rows by class.",
    }),
    totals: json<Run["totals"]>({}, { write: toText, restore: fromText }).toldAs(list(object(total))),
    requestedBy: text,
    startedAt: time,
    finishedAt: time.nullable,
  }),
);

/** What is known of a disagreement, in strings. */
export const wordsOf = (schema: Schema) =>
  asJson<Readonly<Record<string, string>>>({
    type: "object",
    additionalProperties: { type: "string" },
    ...schema,
  });

export const stated = answer<Stated>()("Stated", "An amount and its currency.", () => ({
  currency: text,
  amount,
}));

/** What is stated is kept in two columns; nothing is stated where they are empty. */
export const statedOf = (currency: string | null, amount: bigint | null): Stated | null =>
  currency === null || amount === null ? null : { currency, amount };

/** A row as a run keeps it. */
export interface KeptRow extends ReconciledRow {
  readonly runId: ReconciliationId;
  readonly level: Level;
  readonly discrepancyId: DiscrepancyId | null;
}

/** A row that is looked at now. */
export interface AgedRow {
  readonly row: KeptRow;
  readonly now: Instant;
}

interface RowColumns {
  readonly statement_no: bigint | null;
  readonly line: bigint | null;
  readonly left_currency: string | null;
  readonly left_amount: bigint | null;
  readonly right_currency: string | null;
  readonly right_amount: bigint | null;
}

/** What one run said of one row. */
export const runRowNoun = described<KeptRow, AgedRow>(({ row }) => row)(
  "ReconciliationRow",
  "What the provider says, what we say, and what that makes.",
  (from, fromWhole) => ({
    runId: reference<ReconciliationId>().untold,
    level: oneOf(levels).joined,
    key: text,
    class: oneOf(rowClasses),
    kind: text.nullable,
    claim: assembled<KeptRow["claim"], RowColumns>(({ statement_no: statement, line }) =>
      statement === null || line === null ? null : { statement, line },
    ),
    statementNo: from(internalNumber.nullable, ({ claim }) => claim?.statement ?? null),
    line: from(internalNumber.nullable, ({ claim }) => claim?.line ?? null),
    subject: text.nullable,
    left: assembled<Stated | null, RowColumns>((row) => statedOf(row.left_currency, row.left_amount))
      .toldAs(object(stated).nullable)
      .named("provider_says"),
    leftCurrency: from(text.nullable.untold, ({ left }) => left?.currency ?? null),
    leftAmount: from(amount.nullable.untold, ({ left }) => left?.amount ?? null),
    right: assembled<Stated | null, RowColumns>((row) => statedOf(row.right_currency, row.right_amount))
      .toldAs(object(stated).nullable)
      .named("we_say"),
    rightCurrency: from(text.nullable.untold, ({ right }) => right?.currency ?? null),
    rightAmount: from(amount.nullable.untold, ({ right }) => right?.amount ?? null),
    differences: from(list(object(stated)), differencesOf),
    detail: wordsOf({}),
    at: time.nullable,
    dueAt: time.nullable,
    ageDays: fromWhole(count.nullable, ({ row, now }) => ageOf(row.dueAt, now)),
    age: fromWhole(oneOf(ageGroups).nullable, ({ row, now }) => ageGroupOf(row.dueAt, now)),
    hash: from(text.unkept, hashOf),
    discrepancyId: reference<DiscrepancyId>().nullable,
    causedBy: from(
      text.nullable.unkept.about("The discrepancy, of another level, that tells of it already."),
      ({ detail }) => detail.reported_by ?? null,
    ),
  }),
);
