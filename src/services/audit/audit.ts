import type { AuditProblem, AuditVerdict } from "../../domain/audit.ts";
import type { ChargeRecord, PayoutRecord } from "../../domain/books.ts";
import { discrepancyId } from "../../domain/ids.ts";
import { formatInstant } from "../../domain/time.ts";
import {
  discrepancyHashes,
  eventsWithFacts,
  forgedPolicies,
  nextStretch,
  type Stretch,
} from "../../store/audit/read/audit.ts";
import { miscounted, misfiledEntries, unbalancedEntries } from "../../store/audit/read/journal.ts";
import { danglingReferences, referringTables } from "../../store/audit/read/references.ts";
import {
  differingLines,
  differingLots,
  foreignLots,
  misfiledLines,
  walletSums,
} from "../../store/audit/read/wallets.ts";
import {
  type DifferingDay,
  differingDays,
  differingRollUps,
  nextRolledUp,
  type RolledUpLine,
} from "../../store/ledger/read/account-days.ts";
import { readingCharges, readingPayouts } from "../charges/read-records.ts";
import {
  assignmentProblems,
  auditDiscrepancies,
  ClaimAudit,
  CreditAudit,
  lotProblems,
} from "./audit-charges.ts";
import { MessageAudit } from "./audit-messages.ts";
import {
  auditEvent,
  auditTransferUnderItsPolicy,
  auditUnderItsPolicy,
  auditWallet,
  problemOfEntry,
  undecidable,
  undecided,
} from "./audit-rows.ts";
import { auditLimits, auditSpending, UsageAudit } from "./audit-spending.ts";
import { type Audited, type Moment, Moments } from "./moments.ts";

export type AuditReport = AuditVerdict;

export interface AuditOptions {
  /** How many rows are compared at once, where there is more to do for others on the same thread. */
  readonly stretchSize?: number;
  /** Breaks it off. */
  readonly signal?: AbortSignal;
  /** Told what is derived next. */
  readonly observe?: (name: string) => void;
}

/**
 * Derives the books anew from what they were made of and compares: facts from the raw bytes, charges, postings, S and T
 * from the facts, wallets and lots from their lines, every entry's balance from its postings. Changes nothing, and takes a
 * time that grows with the books. What belongs to one object is read at one moment; the moments follow each other, so that
 * it can run beside live traffic.
 */
export async function audit(
  audited: Audited,
  { stretchSize = 64, signal, observe = () => {} }: AuditOptions = {},
): Promise<AuditReport> {
  const problems: AuditProblem[] = [];
  const checked: Record<string, number> = {};
  let complete = true;
  const report: Report = (found) => problems.push(...found);
  const messages = new MessageAudit(report);
  const moments = new Moments(audited, async (moment) => {
    signal?.throwIfAborted();
    await messages.catchUp(moment);
  });
  try {
    for (const [name, check] of Object.entries(checksOf(audited, messages, stretchSize))) {
      observe(name);
      try {
        const count = await check(moments, report);
        if (count !== null) checked[name] = count;
      } catch (error) {
        signal?.throwIfAborted();
        complete = false;
        problems.push(undecidable(name, error));
        await moments.end();
      }
    }
  } finally {
    await moments.end();
  }
  complete &&= !problems.some(({ kind }) => kind === undecided);
  return { ok: complete && problems.length === 0, complete, checked, problems };
}

type Report = (problems: readonly AuditProblem[]) => void;
/** Checks all rows of a kind; gives how many there were, or `null` if they are not counted. */
type Check = (moments: Moments, report: Report) => Promise<number | null>;

/** In this order: what is told and given is counted on the way, and compared when all was seen. */
function checksOf(
  audited: Audited,
  messages: MessageAudit,
  stretchSize: number,
): Readonly<Record<string, Check>> {
  const overAll = inStretchesOf(stretchSize);
  const claims = new ClaimAudit();
  const { walletIds } = audited.store;
  const credits = new CreditAudit();
  const usage = new UsageAudit();
  return {
    policies: async (moments, report) => {
      const { read } = await moments.current();
      const detail = "it is not what it was stored as";
      report(
        (await forgedPolicies(read)).map((version) => ({ kind: "policy_differs", subject: version, detail })),
      );
      return null;
    },
    messages: uncounted((moments) => messages.messages(moments)),
    events: overAll("events", async (moment, stretch) => {
      const stored = await eventsWithFacts(moment.read, stretch);
      return [
        ...stored.flatMap((each) => auditEvent(audited, each)),
        ...(await claims.events(moment, stored)),
      ];
    }),
    claims: uncounted(async (moments, report) => report(await claims.unmade(moments))),
    charges: overAll("charges", async (moment, stretch) => {
      const { read, decide, policies } = moment;
      const records = await decide(readingCharges(stretch.ids));
      const problems = [
        ...records.flatMap((record) => auditUnderItsPolicy(record, policies, walletIds)),
        ...(await miscounted(read, "charges", stretch)).map(problemOfCount),
        ...(await withoutDiscrepancy(moment, records)),
        ...(await lotProblems(moment, records, stretch)),
        ...(await assignmentProblems(moment, stretch)),
      ];
      await messages.charges(moment, records);
      for (const record of records) credits.count(record);
      return problems;
    }),
    credits: uncounted((moments, report) => credits.credits(moments, report)),
    payouts: overAll("payouts", async (moment, stretch) => {
      const { read, decide, policies } = moment;
      const records = await decide(readingPayouts(stretch.ids));
      return [
        ...records.flatMap((record) => auditTransferUnderItsPolicy(record, policies)),
        ...(await miscounted(read, "payouts", stretch)).map(problemOfCount),
        ...(await withoutDiscrepancy(moment, records)),
      ];
    }),
    entries: overAll("entries", async ({ read }, stretch) => [
      ...(await unbalancedEntries(read, stretch)).map(problemOfEntry),
      ...(await misfiledEntries(read, stretch)).map(({ id }) => ({
        kind: "entry_misfiled",
        subject: id,
        detail: "it is not that of its charge, wallet or payout",
      })),
    ]),
    accounts: overAll("accounts", async ({ read }, stretch) =>
      (await differingDays(read, stretch)).map(problemOfDay),
    ),
    rolled_up: uncounted(async (moments, report) => {
      for (let after: RolledUpLine | null = { path: "", currency: "" }; after !== null; ) {
        const { read } = await moments.current();
        const line: RolledUpLine | null = await nextRolledUp(read, after);
        const differing = line === null ? [] : await differingRollUps(read, line);
        report(differing.map((day) => problemOfDay({ ...day, account: line?.path ?? "" })));
        after = line;
      }
    }),
    discrepancies: overAll("discrepancies", auditDiscrepancies),
    usage: (moments, report) => usage.usage(moments, report),
    wallets: overAll("wallets", async (moment, stretch) => {
      const { read } = moment;
      const sums = await walletSums(read, stretch);
      messages.wallets(sums);
      return [
        ...sums.flatMap((wallet) => auditWallet(wallet, walletIds)),
        ...(await usage.wallets(moment, sums)),
        ...(await auditSpending(moment, stretch)),
        ...(await auditLimits(moment, stretch)),
        ...(await differingLots(read, stretch)).map(({ id }) => ({
          kind: "lot_differs",
          subject: id,
          detail: "its statement lines do not lead to what is left of it",
        })),
        ...(await foreignLots(read, stretch)).map(({ id, charge }) => ({
          kind: "lot_differs",
          subject: id,
          detail: `the lots of ${charge ?? "no charge"} are not what its lines opened`,
        })),
        ...(await differingLines(read, stretch)).map(({ id, seq }) => ({
          kind: "line_differs",
          subject: id,
          detail: `line ${seq} does not follow from the one before`,
        })),
        ...(await misfiledLines(read, stretch)).map(({ id, seq }) => ({
          kind: "line_differs",
          subject: id,
          detail: `line ${seq} does not say what its entry says`,
        })),
      ];
    }),
    untold: uncounted(async (moments, report) => report(await messages.suspects(await moments.current()))),
    references: uncounted(async (moments, report) => {
      for (const referring of referringTables)
        for (let after: bigint | null = -1n; after !== null; ) {
          const { read } = await moments.current();
          const { dangling, upTo } = await danglingReferences(read, referring, after);
          report(
            dangling.map(({ subject, column }) => ({
              kind: "reference_missing",
              subject,
              detail: `${column} names what is not there`,
            })),
          );
          after = upTo;
        }
    }),
  };
}

function uncounted(check: (moments: Moments, report: Report) => Promise<void>): Check {
  return async (moments, report) => {
    await check(moments, report);
    return null;
  };
}

function problemOfDay({ account, clock, day }: DifferingDay): AuditProblem {
  const detail = `what is kept of ${formatInstant(day).slice(0, 10)}, by the ${clock} clock, is not what its postings come to`;
  return { kind: "account_day_differs", subject: account, detail };
}

function problemOfCount({
  id,
  entry_count,
  counted,
}: Awaited<ReturnType<typeof miscounted>>[number]): AuditProblem {
  return { kind: "entries_differ", subject: id, detail: `it counts ${entry_count}, there are ${counted}` };
}

/** What a record holds open must be listed. */
async function withoutDiscrepancy(
  { read }: Moment,
  records: readonly Pick<ChargeRecord | PayoutRecord, "id" | "discrepancies">[],
): Promise<AuditProblem[]> {
  const kept = records.flatMap(({ id, discrepancies }) =>
    Object.entries(discrepancies).map(([kind, hash]) => ({ id, hash, row: discrepancyId(kind, id), kind })),
  );
  const rows = await discrepancyHashes(
    read,
    kept.map(({ row }) => row),
  );
  return kept
    .filter(({ row, hash }) => rows.get(row) !== hash)
    .map(({ id, kind }) => ({
      kind: "discrepancy_differs",
      subject: id,
      detail: `${kind} is open, but not listed as it is`,
    }));
}

type Table = Parameters<typeof nextStretch>[1];
type StretchOf<Name extends Table> = Stretch<
  NonNullable<Awaited<ReturnType<typeof nextStretch<Name>>>>["ids"][number]
>;

type CheckStretch<Id extends string> = (
  moment: Moment,
  stretch: Stretch<Id>,
) => Promise<readonly AuditProblem[]>;

/** Goes through a table stretch by stretch. A row that cannot be read is named, and hides none of its neighbours. */
function inStretchesOf(size: number) {
  return <Name extends Table>(table: Name, check: CheckStretch<StretchOf<Name>["ids"][number]>): Check => {
    return async (moments, report) => {
      let count = 0;
      for (let after = -1n; ; ) {
        const moment = await moments.current();
        const stretch = await nextStretch(moment.read, table, after, size);
        if (stretch === null) return count;
        const found = await check(moment, stretch).catch((error: unknown) =>
          oneByOne(moments, stretch, check, error),
        );
        report(found);
        count += stretch.ids.length;
        after = stretch.upTo;
      }
    };
  };
}

/** @throws the error if none of the rows can be checked: it is not theirs */
async function oneByOne<Id extends string>(
  moments: Moments,
  { ids, numbers }: Stretch<Id>,
  check: CheckStretch<Id>,
  error: unknown,
): Promise<AuditProblem[]> {
  const problems: AuditProblem[] = [];
  let failures = 0;
  await moments.end();
  for (const [index, id] of ids.entries()) {
    const no = numbers[index] as bigint;
    try {
      const moment = await moments.current();
      problems.push(...(await check(moment, { ids: [id], numbers: [no], after: no - 1n, upTo: no })));
    } catch (cause) {
      failures += 1;
      problems.push(undecidable(id, cause));
      await moments.end();
    }
  }
  if (failures === ids.length && failures > 1) throw error;
  return problems;
}
