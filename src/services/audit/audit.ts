import type { Problem } from "../../domain/audit.ts";
import type { ChargeRecord, PayoutRecord } from "../../domain/books.ts";
import { type ChargeId, discrepancyId, type PayoutId } from "../../domain/ids.ts";
import {
  discrepancyHashes,
  eventsWithFacts,
  forgedPolicies,
  nextStretch,
  type Stretch,
} from "../../store/read/audit.ts";
import { miscounted, misfiledEntries, unbalancedEntries } from "../../store/read/audit-journal.ts";
import { danglingReferences } from "../../store/read/audit-references.ts";
import {
  differingLines,
  differingLots,
  foreignLots,
  misfiledLines,
  walletSums,
} from "../../store/read/audit-wallets.ts";
import { ReadCharges, ReadPayouts } from "../read/books.ts";
import type { Services } from "../services.ts";
import { auditBesideCharges } from "./audit-charges.ts";
import { CreditAudit } from "./audit-credits.ts";
import { auditDiscrepancies } from "./audit-discrepancies.ts";
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
import { auditSpending } from "./audit-spending.ts";
import { UsageAudit } from "./audit-usage.ts";

/** What an audit says. `complete` is false where something could not be decided; then `ok` is false too. */
export interface AuditReport {
  readonly ok: boolean;
  readonly complete: boolean;
  /** How many rows of each kind were derived anew. */
  readonly checked: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
}

const stretchSize = 64;

/**
 * Derives the books anew from what they were made of and compares: facts from the raw bytes, charges, postings, S and T
 * from the facts, wallets and lots from their lines, every entry's balance from its postings. Changes nothing; reads
 * piece by piece, so that it can run beside live traffic.
 */
export async function audit(services: Services): Promise<AuditReport> {
  const problems: Problem[] = [];
  const checked: Record<string, number> = {};
  let complete = true;
  for (const [name, check] of Object.entries(checksOf(services))) {
    try {
      const count = await check((found) => problems.push(...found));
      if (count !== null) checked[name] = count;
    } catch (error) {
      complete = false;
      problems.push(undecidable(name, error));
    }
  }
  complete &&= !problems.some(({ kind }) => kind === undecided);
  return { ok: complete && problems.length === 0, complete, checked, problems };
}

type Report = (problems: readonly Problem[]) => void;
/** Checks all rows of a kind; gives how many there were, or `null` if they are not counted. */
type Check = (report: Report) => Promise<number | null>;

/** In this order: what is told and given is counted on the way, and compared when all was seen. */
function checksOf(services: Services): Readonly<Record<string, Check>> {
  const { store, policies } = services;
  const credits = new CreditAudit(services);
  const messages = new MessageAudit(services);
  const usage = new UsageAudit(services);
  return {
    policies: async (report) => {
      const detail = "it is not what it was stored as";
      report(
        (await forgedPolicies(store.read)).map((version) => ({
          kind: "policy_differs",
          subject: version,
          detail,
        })),
      );
      return null;
    },
    events: overAll(services, "events", async (stretch) =>
      (await eventsWithFacts(store.read, stretch)).flatMap((audited) => auditEvent(services, audited)),
    ),
    charges: overAll(services, "charges", async (stretch) => {
      const read = (ids: readonly ChargeId[]) => store.write(new ReadCharges(ids));
      const records = await read(stretch.ids);
      const problems = [
        ...records.flatMap((record) => auditUnderItsPolicy(record, policies)),
        ...(await miscounted(store.read, "charges", stretch)).map(problemOfCount),
        ...(await withoutDiscrepancy(services, records, read)),
        ...(await auditBesideCharges(services, records, stretch)),
      ];
      for (const record of records) credits.count(record);
      return problems;
    }),
    credits: async (report) => {
      await credits.credits(report);
      return null;
    },
    payouts: overAll(services, "payouts", async (stretch) => {
      const read = (ids: readonly PayoutId[]) => store.write(new ReadPayouts(ids));
      const records = await read(stretch.ids);
      return [
        ...records.flatMap((record) => auditTransferUnderItsPolicy(record, policies)),
        ...(await miscounted(store.read, "payouts", stretch)).map(problemOfCount),
        ...(await withoutDiscrepancy(services, records, read)),
      ];
    }),
    entries: overAll(services, "entries", async (stretch) => [
      ...(await unbalancedEntries(store.read, stretch)).map(problemOfEntry),
      ...(await misfiledEntries(store.read, stretch)).map(({ id }) => ({
        kind: "entry_misfiled",
        subject: id,
        detail: "it is not that of its charge, wallet or payout",
      })),
    ]),
    discrepancies: overAll(services, "discrepancies", (stretch) => auditDiscrepancies(services, stretch)),
    messages: async (report) => {
      await messages.messages(report);
      return null;
    },
    usage: (report) => usage.usage(report),
    wallets: overAll(services, "wallets", async (stretch) => {
      const sums = await walletSums(store.read, stretch);
      return [
        ...sums.flatMap(auditWallet),
        ...(await messages.wallets(sums)),
        ...(await usage.wallets(sums)),
        ...(await auditSpending(store, stretch)),
        ...(await differingLots(store.read, stretch)).map(({ id }) => ({
          kind: "lot_differs",
          subject: id,
          detail: "its statement lines do not lead to what is left of it",
        })),
        ...(await foreignLots(store.read, stretch)).map(({ id, charge }) => ({
          kind: "lot_differs",
          subject: id,
          detail: `the lots of ${charge ?? "no charge"} are not what its lines opened`,
        })),
        ...(await differingLines(store.read, stretch)).map(({ id, seq }) => ({
          kind: "line_differs",
          subject: id,
          detail: `line ${seq} does not follow from the one before`,
        })),
        ...(await misfiledLines(store.read, stretch)).map(({ id, seq }) => ({
          kind: "line_differs",
          subject: id,
          detail: `line ${seq} does not say what its entry says`,
        })),
      ];
    }),
    references: async (report) => {
      for await (const dangling of danglingReferences(store.read))
        report(
          dangling.map(({ subject, column }) => ({
            kind: "reference_missing",
            subject,
            detail: `${column} names what is not there`,
          })),
        );
      return null;
    },
  };
}

function problemOfCount({
  id,
  entry_count,
  counted,
}: Awaited<ReturnType<typeof miscounted>>[number]): Problem {
  return { kind: "entries_differ", subject: id, detail: `it counts ${entry_count}, there are ${counted}` };
}

/** What a record holds open must be listed; read at another moment than the record, so what differs is read again. */
async function withoutDiscrepancy<Kept extends Pick<ChargeRecord | PayoutRecord, "id" | "discrepancies">>(
  services: Services,
  records: readonly Kept[],
  read: (ids: readonly Kept["id"][]) => Promise<readonly Kept[]>,
  tries = 3,
): Promise<Problem[]> {
  const { store } = services;
  const kept = records.flatMap(({ id, discrepancies }) =>
    Object.entries(discrepancies).map(([kind, hash]) => ({ id, hash, row: discrepancyId(kind, id), kind })),
  );
  const rows = await discrepancyHashes(
    store.read,
    kept.map(({ row }) => row),
  );
  const missing = kept.filter(({ row, hash }) => rows.get(row) !== hash);
  if (missing.length > 0 && tries > 1) {
    const again = await read([...new Set(missing.map(({ id }) => id))]);
    return withoutDiscrepancy(services, again, read, tries - 1);
  }
  return missing.map(({ id, kind }) => ({
    kind: "discrepancy_differs",
    subject: id,
    detail: `${kind} is open, but not listed as it is`,
  }));
}

type Table = Parameters<typeof nextStretch>[1];
type StretchOf<Name extends Table> = Stretch<
  NonNullable<Awaited<ReturnType<typeof nextStretch<Name>>>>["ids"][number]
>;

/** Goes through a table stretch by stretch. A row that cannot be read is named, and hides none of its neighbours. */
function overAll<Name extends Table>(
  services: Services,
  table: Name,
  check: (stretch: StretchOf<Name>) => Promise<readonly Problem[]>,
): Check {
  return async (report) => {
    let count = 0;
    for (let after = -1n; ; ) {
      const stretch = await nextStretch(services.store.read, table, after, stretchSize);
      if (stretch === null) return count;
      const found = await check(stretch).catch((error: unknown) => oneByOne(stretch, check, error));
      report(found);
      count += stretch.ids.length;
      after = stretch.upTo;
    }
  };
}

/** @throws the error if none of the rows can be checked: it is not theirs */
async function oneByOne<Id extends string>(
  { ids, numbers }: Stretch<Id>,
  check: (stretch: Stretch<Id>) => Promise<readonly Problem[]>,
  error: unknown,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  let failures = 0;
  for (const [index, id] of ids.entries()) {
    const no = numbers[index] as bigint;
    try {
      problems.push(...(await check({ ids: [id], numbers: [no], after: no - 1n, upTo: no })));
    } catch (cause) {
      failures += 1;
      problems.push(undecidable(id, cause));
    }
  }
  if (failures === ids.length && failures > 1) throw error;
  return problems;
}
