import { type AuditProblem, targetOf } from "../../../domain/audit.ts";
import type { Balances } from "../../../domain/book/journal.ts";
import type { ChargeRecord, PayoutRecord } from "../../../domain/books.ts";
import type { ObjectKey } from "../../../domain/ids.ts";
import { sum } from "../../../domain/money.ts";
import type { PolicyBook } from "../../../domain/policy/policy.ts";
import type { ReconciledRow, Stated } from "../../../domain/reconciling/reconciled-row.ts";
import { nextStretch } from "../../../store/audit/read/audit.ts";
import type { Snapshot } from "../../../store/batch/snapshot.ts";
import { auditTransferUnderItsPolicy, auditUnderItsPolicy } from "../../audit/audit-rows.ts";
import { readingCharges, readingPayouts } from "../../charges/read-records.ts";
import { type Comparing, nothingElse, type Plan } from "../plan.ts";

/** Whether what is posted of each charge and transfer is what its facts say should be. Nothing of a provider's is needed. */
export const posting: Plan = { missing: [], mayClose: true, hasWindow: false, found: nothingElse, rows };

const stretchSize = 64;

async function* rows(comparing: Comparing): AsyncGenerator<readonly ReconciledRow[]> {
  const { policies, store } = comparing.services;
  const charges = inStretches(comparing, async ({ read, decide }, after) => {
    const stretch = await nextStretch(read, "charges", after, stretchSize);
    return stretch && { records: await decide(readingCharges(stretch.ids)), upTo: stretch.upTo };
  });
  for await (const records of charges)
    yield own(comparing, records).map((record) =>
      rowOf(record, auditUnderItsPolicy(record, policies, store.walletIds), policies),
    );
  const transfers = inStretches(comparing, async ({ read, decide }, after) => {
    const stretch = await nextStretch(read, "payouts", after, stretchSize);
    return stretch && { records: await decide(readingPayouts(stretch.ids)), upTo: stretch.upTo };
  });
  for await (const records of transfers)
    yield own(comparing, records).map((record) =>
      rowOf(record, auditTransferUnderItsPolicy(record, policies), policies),
    );
}

/** Each stretch as it is at one moment, which is let go before its rows are stored: no writer waits for it. */
async function* inStretches<Of>(
  { services }: Comparing,
  next: (moment: Snapshot, after: bigint) => Promise<{ records: readonly Of[]; upTo: bigint } | null>,
): AsyncGenerator<readonly Of[]> {
  const moments = services.store.openSlices();
  for (let after = 0n; ; ) {
    const stretch = await moments
      .current()
      .then((moment) => next(moment, after))
      .finally(() => moments.close());
    if (stretch === null) return;
    after = stretch.upTo;
    yield stretch.records;
  }
}

function own<Of extends { readonly key: ObjectKey }>({ run }: Comparing, records: readonly Of[]): Of[] {
  return records.filter(({ key }) => key.provider === run.provider && key.account === run.account);
}

/** Left is what should be on the provider's accounts, right is what is; what differs elsewhere is in the detail. */
function rowOf(
  record: ChargeRecord | PayoutRecord,
  problems: readonly AuditProblem[],
  policies: PolicyBook,
): ReconciledRow {
  const right = onProvider(record.posted.total());
  const isRight = problems.length === 0;
  return {
    key: record.id,
    class: isRight ? "matched" : "differs",
    kind: isRight ? null : "posting_differs",
    claim: null,
    subject: record.id,
    left: isRight ? right : onProvider(targetOf(record, policies).total(), right?.currency),
    right,
    detail: Object.fromEntries(problems.map(({ kind, detail }, index) => [`${kind}_${index + 1}`, detail])),
    at: null,
    dueAt: null,
  };
}

/** In the first of its currencies, or in one that is asked for. */
function onProvider(balances: Balances, currency?: string): Stated | null {
  const own = balances.postings().filter(({ account }) => account.startsWith("assets:provider:"));
  const wanted = currency ?? own[0]?.currency;
  if (wanted === undefined) return null;
  const amounts = own.filter((posting) => posting.currency === wanted).map(({ amount }) => amount);
  return { currency: wanted, amount: sum(amounts) };
}
