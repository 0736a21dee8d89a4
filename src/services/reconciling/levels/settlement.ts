import type { LinkedFact } from "../../../domain/facts/linked-facts.ts";
import { type HeldRow, heldBalanceRows, heldSettlements } from "../../../domain/reconciling/held-objects.ts";
import { figureKinds, type Rules, type StatedRow } from "../../../domain/reconciling/reconciled-row.ts";
import { nanosecondsPerDay } from "../../../domain/time.ts";
import type { Transfer } from "../../../domain/transfer/transfer.ts";
import {
  chargesAfter,
  chargesAlone,
  chargesNumbered,
  factsOfSubjects,
  heldSubjects,
  subjectsNamed,
} from "../../../store/reconciling/read/held-charges.ts";
import { providerRowsAfter, providerRowsNamed } from "../../../store/reconciling/read/held-transfers.ts";
import { compareRows } from "../compare-rows.ts";
import { type Comparing, nothingElse, type Plan, pageSize, type RowsAsked } from "../plan.ts";
import type { Sources } from "../sources.ts";

/** What a payout moves is judged by the level that has payouts on both sides. */
export const payoutCategories = ["payout", "payout_failure"] as const;

const rules: Rules = {
  total: "net",
  figures: ["gross", "fee", "tax", "net"],
  kinds: figureKinds,
  timeTolerance: 0n,
  comparesState: false,
  grace: nanosecondsPerDay,
  patience: 62n * nanosecondsPerDay,
  missingHere: () => "row_unattributed",
  missingThere: () => "row_missing_there",
};

/** Whether what we hold of the provider's balance rows is what it states: gross, fee and net, to the unit and the second. */
export function settlement({ statements, missing, isWhole, mayClose, isReport }: Sources): Plan {
  const left = { statements, kinds: ["balance"], without: payoutCategories } as const;
  return {
    missing,
    mayClose,
    hasWindow: true,
    found: nothingElse,
    rows: (comparing, match) =>
      compareRows(
        comparing,
        {
          // Paddle's report dates a row by its own clock, not by that of the event.
          rules: comparing.run.provider === "paddle" ? { ...rules, timeTolerance: halfADay } : rules,
          left,
          isWhole,
          hasWindow: true,
          held: () => heldInWindow(comparing, { isReport }),
          heldFor: (rows) => heldByRef(comparing, rows),
        },
        match,
      ),
  };
}

const halfADay = nanosecondsPerDay / 2n;

/** Facts that tell balance rows. */
const telling = ["balance_row", "dispute"] as const;

/** A report has the rows that were paid out: the others are on their way, for as long as payouts take. */
async function* heldInWindow(
  comparing: Comparing,
  { isReport }: Pick<Sources, "isReport">,
): AsyncGenerator<readonly HeldRow[]> {
  const { run } = comparing;
  for await (const page of heldUnmatched(comparing)) {
    const own = page.filter(({ at }) => at !== null && at >= run.from && at < run.to);
    yield isReport ? own.map((row) => ({ ...row, expected: row.expected ?? "in_transit" })) : own;
  }
}

/** All that the database has not found to agree in the window: also some that it has. */
async function* heldUnmatched(comparing: Comparing): AsyncGenerator<readonly HeldRow[]> {
  const { services, run, no } = comparing;
  for (let after: string | null = ""; after !== null; ) {
    const page = { after, limit: rowsLookedThroughAtOnce };
    const { subjects, next } = await services.store.unmatchedSubjects({ ...run, no }, run, page);
    after = next;
    yield await heldOfSubjects(comparing, subjects);
  }
  for (let after: bigint | undefined = -1n; after !== undefined; ) {
    const subjects = await services.store.subjectsByWord(run, { after, limit: pageSize });
    after = subjects.at(-1);
    yield await heldOfSubjects(comparing, subjects);
  }
  yield* heldAlone(comparing);
  yield* heldProviderRows(comparing);
}

/** Most of them agree, and cost the database a look at its index. */
const rowsLookedThroughAtOnce = 1_000;

/** Everything we hold, whatever its time. */
export async function* allHeld(comparing: Comparing): AsyncGenerator<readonly HeldRow[]> {
  yield* heldOfCharges(comparing);
  yield* heldAlone(comparing);
  yield* heldProviderRows(comparing);
}

async function* heldOfCharges(comparing: Comparing): AsyncGenerator<readonly HeldRow[]> {
  const { services, run } = comparing;
  let after = -1n;
  for (;;) {
    const subjects = await chargesAfter(services.store.read, run, { after, limit: pageSize });
    const last = subjects.at(-1);
    if (last === undefined) return;
    after = last;
    yield await heldOfSubjects(comparing, subjects);
  }
}

async function heldOfSubjects({ services }: RowsAsked, subjects: readonly bigint[]): Promise<HeldRow[]> {
  const told = await factsOfSubjects<LinkedFact>(services.store.read, subjects, telling);
  return told.flatMap(({ subject, facts }) => heldBalanceRows(subject, facts));
}

/** Only a provider that knows no dossiers states its settlement with the document. */
async function* heldAlone({ services, run }: Comparing): AsyncGenerator<readonly HeldRow[]> {
  const { read } = services.store;
  for await (const numbers of chargesAlone(read, run)) {
    const settled = await chargesNumbered(read, numbers);
    yield settled.flatMap(({ charge, settledAt }) => heldSettlements(charge, settledAt));
  }
}

async function* heldProviderRows({ services, run }: Comparing): AsyncGenerator<readonly HeldRow[]> {
  const { read } = services.store;
  let after = -1n;
  for (;;) {
    const { rows, last } = await providerRowsAfter(read, run, { after, limit: pageSize });
    if (last === null) return;
    after = last;
    yield rows.flatMap(heldProviderRow);
  }
}

/** A row that settles no charge; one of another balance than that which payouts are made from is not listed with it. */
function heldProviderRow(transfer: Transfer): HeldRow[] {
  if (transfer.kind !== "provider_row" || transfer.balanceName !== "balance") return [];
  const { id, key, at, currency, gross, fee, net } = transfer;
  const row = { key: key.ref, subject: id, at, currency, gross, fee, tax: null, net };
  return [{ ...row, state: null, expected: null }];
}

/** Ours for the provider's rows, by key: as rows of what they settle, or as rows of their own. */
export async function heldByRef(
  { services, run }: RowsAsked,
  rows: readonly StatedRow[],
): Promise<ReadonlyMap<string, HeldRow>> {
  const { read } = services.store;
  const refs = rows.flatMap(({ objectRef }) => objectRef ?? []);
  const found = await heldSubjects(read, await subjectsNamed(read, run, refs));
  const held = found.flatMap(({ charges, facts }) => {
    const [first] = charges;
    const linked = facts.filter(
      (fact) => fact.kind !== "document" && fact.kind !== "movement" && fact.kind !== "warning_row",
    );
    if (first !== undefined && linked.length > 0) return heldBalanceRows(first.charge.id, linked);
    return charges.flatMap(({ charge, settledAt }) => heldSettlements(charge, settledAt));
  });
  const own = await providerRowsNamed(
    read,
    run,
    rows.map(({ key }) => key),
  );
  return new Map([...held, ...own.flatMap(heldProviderRow)].map((row) => [row.key, row]));
}
