import { auditCharge, auditPayout, type Problem } from "../domain/audit.ts";
import type { ChargeRecord } from "../domain/books.ts";
import {
  differingLines,
  differingLots,
  eventsWithFacts,
  nextStretch,
  type Stretch,
  unbalancedEntries,
  walletSums,
} from "../store/read/audit.ts";
import { auditEvent, auditWallet, problemOfEntry } from "./audit-rows.ts";
import type { StoredPolicies } from "./policies.ts";
import { ReadCharges, ReadPayouts } from "./read-books.ts";
import type { Services } from "./services.ts";

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
  for (const [name, check] of Object.entries(checks)) {
    try {
      checked[name] = await check(services, (found) => problems.push(...found));
    } catch (error) {
      complete = false;
      const detail = error instanceof Error ? error.message : String(error);
      problems.push({ kind: "could_not_decide", subject: name, detail });
    }
  }
  return { ok: complete && problems.length === 0, complete, checked, problems };
}

type Report = (problems: readonly Problem[]) => void;
/** Checks all rows of a kind; gives how many there were. */
type Check = (services: Services, report: Report) => Promise<number>;

const checks: Readonly<Record<string, Check>> = {
  events: overAll("events", async (services, stretch) =>
    (await eventsWithFacts(services.store.read, stretch)).flatMap((audited) => auditEvent(services, audited)),
  ),
  charges: overAll("charges", async ({ store, policies }, { ids }) =>
    (await store.write(new ReadCharges(ids))).flatMap((record) => auditUnderItsPolicy(record, policies)),
  ),
  payouts: overAll("payouts", async ({ store }, { ids }) =>
    (await store.write(new ReadPayouts(ids))).flatMap(auditPayout),
  ),
  entries: overAll("entries", async ({ store }, stretch) =>
    (await unbalancedEntries(store.read, stretch)).map(problemOfEntry),
  ),
  wallets: overAll("wallets", async ({ store }, stretch) => [
    ...(await walletSums(store.read, stretch)).flatMap(auditWallet),
    ...(await differingLots(store.read, stretch)).map(({ id }) => ({
      kind: "lot_differs",
      subject: id,
      detail: "its statement lines do not lead to what is left of it",
    })),
    ...(await differingLines(store.read, stretch)).map(({ id, seq }) => ({
      kind: "line_differs",
      subject: id,
      detail: `line ${seq} does not follow from the one before`,
    })),
  ]),
};

/**
 * A charge that has not settled was last booked under the policy of that day: a file that changed since does nothing to it
 * until its next event. Which version that was is not kept, so it is right if it is under any.
 */
function auditUnderItsPolicy(record: ChargeRecord, policies: StoredPolicies): readonly Problem[] {
  const problems = auditCharge(record, policies);
  if (record.pin !== null || problems.length === 0) return problems;
  const { version } = policies;
  const isRightUnder = (number: number) =>
    auditCharge(record, { current: version(number), version }).length === 0;
  return policies.versions().some(isRightUnder) ? [] : problems;
}

type Table = Parameters<typeof nextStretch>[1];

/** Goes through a table stretch by stretch. */
function overAll<Name extends Table>(
  table: Name,
  check: (
    services: Services,
    stretch: Stretch<NonNullable<Awaited<ReturnType<typeof nextStretch<Name>>>>["ids"][number]>,
  ) => Promise<readonly Problem[]>,
): Check {
  return async (services, report) => {
    let count = 0;
    for (let after = -1n; ; ) {
      const stretch = await nextStretch(services.store.read, table, after, stretchSize);
      if (stretch === null) return count;
      report(await check(services, stretch));
      count += stretch.ids.length;
      after = stretch.upTo;
    }
  };
}
