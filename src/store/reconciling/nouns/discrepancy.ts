import {
  type Discrepancy,
  discrepancyStatuses,
  type Resolution,
  type ShowingRow,
} from "../../../domain/books.ts";
import type { ChargeId, DiscrepancyId, EventId, ProviderName } from "../../../domain/ids.ts";
import { ageGroupOf, ageGroups, ageOf } from "../../../domain/reconciling/ages.ts";
import { type Level, levels } from "../../../domain/reconciling/level.ts";
import type { Stated } from "../../../domain/reconciling/reconciled-row.ts";
import type { Instant } from "../../../domain/time.ts";
import {
  assembled,
  count,
  internalNumber,
  json,
  list,
  object,
  oneOf,
  ownNumber,
  readBeside,
  reference,
  text,
  textOf,
  time,
} from "../../described/field.ts";
import { described } from "../../described/noun.ts";
import { fromText, toText } from "../../engine/exact-json.ts";
import { stated, wordsOf } from "./run.ts";

export const detail = wordsOf({ description: "What differs: by field, what is known of it." });

export interface ListedDiscrepancy extends Discrepancy {
  /** By our clock. */
  readonly openedAt: Instant;
  /** Who looks into it; `null`: nobody. */
  readonly assignee: string | null;
}

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

/** The row of a reconciliation that shows it: its level is null if a charge's own figures do. */
interface ShowingColumns {
  readonly level: Level | null;
  readonly row_key: string | null;
  readonly differences: string;
  readonly row_at: Instant | null;
  readonly due_at: Instant | null;
}

const differences = json<readonly Stated[]>({}, { write: toText, restore: fromText }).toldAs(
  list(object(stated)),
);

export const discrepancyNoun = described<ListedDiscrepancy, AgedDiscrepancy>(
  ({ discrepancy }) => discrepancy,
)(
  "Discrepancy",
  "One disagreement between what we hold and what the provider states.",
  (from, fromWhole) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<DiscrepancyId>("dis_d73b69e12aae7726aee790ac"),
    provider: textOf<ProviderName>(),
    account: text,
    kind: text,
    status: oneOf(discrepancyStatuses),
    resolution: textOf<Resolution>().nullable,
    row: assembled<ShowingRow | null, ShowingColumns>(
      ({ level, row_key: key, differences, row_at: at, due_at: dueAt }) =>
        level === null || key === null
          ? null
          : { level, key, differences: fromText<readonly Stated[]>(differences), at, dueAt },
    ),
    level: from(oneOf(levels).nullable, ({ row }) => row?.level ?? null),
    rowKey: from(text.nullable.named("key"), ({ row }) => row?.key ?? null),
    differences: from(differences, ({ row }) => row?.differences ?? []),
    chargeId: reference<ChargeId>().nullable,
    eventId: reference<EventId>().nullable,
    detail,
    hash: text.about("Changes when either side does."),
    rowAt: from(time.nullable.named("occurred_at"), ({ row }) => row?.at ?? null),
    dueAt: from(time.nullable.untold, ({ row }) => row?.dueAt ?? null),
    due: from(time.unkept.named("due_at").about("From when on it should have agreed."), dueAtOf),
    ageDays: fromWhole(count.nullable, (one) => whileOpen(one, ageOf)),
    age: fromWhole(oneOf(ageGroups).nullable, (one) => whileOpen(one, ageGroupOf)),
    assignee: text.nullable.fixed.about("Who looks into it."),
    openedAt: time.fixed,
    at: time.named("changed_at"),
    /** The entry that a person posted for it, while that stands: who posts it says so. */
    correctionNo: from(internalNumber.nullable.fixed, () => null),
    announcement: readBeside<NonNullable<Discrepancy["announcement"]>>(),
  }),
);
