import { setImmediate as othersTurn } from "node:timers/promises";
import { accounts } from "../../../domain/book/accounts.ts";
import type { Amount } from "../../../domain/money.ts";
import type { HeldRow } from "../../../domain/reconciling/held-objects.ts";
import type { ReconciledRow } from "../../../domain/reconciling/reconciled-row.ts";
import type { Run } from "../../../domain/reconciling/run.ts";
import type { Instant } from "../../../domain/time.ts";
import { transfersOfAccount } from "../../../store/reconciling/read/held-transfers.ts";
import {
  balanceSums,
  type Correction,
  correctionsOf,
  settlementDifferences,
  settlementsBefore,
  summaries,
  type ToldDifference,
} from "../../../store/reconciling/read/provider-balance.ts";
import type { Services } from "../../services.ts";
import { type Comparing, nothingElse, type Plan } from "../plan.ts";
import type { Sources } from "../sources.ts";
import { allHeld, payoutCategories } from "./settlement.ts";

/** What a balance is made of over a window. */
const parts = ["opening", "activity", "payouts"] as const;
type Part = (typeof parts)[number];
type Sums = Record<Part, Amount>;

/**
 * Whether the provider's opening balance, activity, payouts and closing are ours, per currency: on the clock of its balance
 * rows, whenever we heard of them.
 */
export function rollforward(sources: Sources): Plan {
  const { missing, mayClose } = sources;
  return {
    missing,
    mayClose,
    hasWindow: false,
    found: nothingElse,
    rows: (comparing) => compareBalances(comparing, sources),
  };
}

async function* compareBalances(
  comparing: Comparing,
  sources: Sources,
): AsyncGenerator<readonly ReconciledRow[]> {
  const { services, run } = comparing;
  const { read } = services.store;
  const left = await leftSums(comparing, sources);
  const corrections = await correctionsOf(read, accounts.balance(run));
  const right = await rightSums(comparing, corrections);
  const reported = await toldBySettlement(read, run, corrections);
  const currencies = [...new Set([...left.sums.keys(), ...right.keys()])].sort();
  const wanted = currencies.filter((currency) => run.currency === null || currency === run.currency);
  if (sources.statements.length === 0) return;
  for (const currency of wanted) {
    const says = left.sums.get(currency) ?? nothing();
    const we = right.get(currency) ?? nothing();
    const told = reported.get(currency) ?? nothingTold();
    const rows = [
      ...parts.map((part) => partRow({ run, currency, part }, { says, we, told })),
      closingRow({ run, currency }, { says, we, closing: left.closings.get(currency) ?? null }),
    ];
    yield sources.isWhole ? rows : rows.map(undecided);
  }
}

const nothing = (): Sums => ({ opening: 0n, activity: 0n, payouts: 0n });

interface Left {
  readonly sums: Map<string, Sums>;
  /** As a summary states it; it is checked against the other parts. */
  readonly closings: Map<string, Amount>;
}

async function leftSums({ services, run }: Comparing, { statements }: Sources): Promise<Left> {
  const { read } = services.store;
  const left: Left = { sums: new Map(), closings: new Map() };
  const of = (currency: string) => {
    const sums = left.sums.get(currency) ?? nothing();
    left.sums.set(currency, sums);
    return sums;
  };
  for (const { category, currency, net } of await summaries(read, statements)) {
    const part = parts.find((name) => name === category);
    if (part !== undefined) of(currency)[part] += net;
    else if (category === "closing") left.closings.set(currency, net);
  }
  for (const { currency, isPayout, isBefore, net } of await balanceSums(read, {
    statements,
    payoutCategories,
    ...run,
  }))
    of(currency)[isBefore ? "opening" : isPayout ? "payouts" : "activity"] += net;
  return left;
}

/** Of everything we hold, whatever its time, and of what persons posted. */
async function rightSums(
  comparing: Comparing,
  corrections: readonly Correction[],
): Promise<Map<string, Sums>> {
  const { services, run } = comparing;
  const sums = new Map<string, Sums>();
  const add = (currency: string, at: Instant | null, part: Part, amount: Amount) => {
    if (at === null || at >= run.to) return;
    const own = sums.get(currency) ?? nothing();
    sums.set(currency, own);
    own[at < run.from ? "opening" : part] += amount;
  };
  const { booksStartAt } = services.policies.current;
  const counts = (at: Instant | null) => booksStartAt === null || (at !== null && at >= booksStartAt);
  for await (const page of allHeld(comparing)) {
    for (const { currency, at, net } of page as readonly HeldRow[])
      if (counts(at)) add(currency, at, "activity", net ?? 0n);
    await othersTurn();
  }
  for (const transfer of await transfersOfAccount(services.store.read, run, ["payout", "opening"])) {
    if (transfer.kind === "opening" && transfer.at === booksStartAt)
      add(transfer.currency, transfer.at, "opening", transfer.amount);
    if (transfer.kind !== "payout" || !counts(transfer.leftAt)) continue;
    const { rows, currency, amount, leftAt, cameBackAt } = transfer;
    for (const row of rows) add(row.currency, row.at, "payouts", row.net);
    if (rows.length > 0) continue;
    add(currency, leftAt, "payouts", -amount);
    add(currency, cameBackAt, "payouts", amount);
  }
  for (const { at, currency, amount } of corrections) add(currency, at, "activity", amount);
  return sums;
}

/** A sum of a part of the provider's rows is no word on the whole. */
const undecided = (row: ReconciledRow): ReconciledRow =>
  row.class === "matched" ? row : { ...row, class: "undecided", kind: null };

interface Line {
  readonly run: Run;
  readonly currency: string;
}

function partRow(
  { run, currency, part }: Line & { readonly part: Part },
  { says, we, told }: { readonly says: Sums; readonly we: Sums; readonly told: Told },
): ReconciledRow {
  const difference = says[part] - we[part];
  const isTold = difference === told[part].amount;
  return {
    key: `${currency} ${part}`,
    class: difference === 0n ? "matched" : isTold ? told[part].class : "differs",
    kind: difference === 0n ? null : "balance_differs",
    claim: null,
    subject: null,
    left: { currency, amount: says[part] },
    right: { currency, amount: we[part] },
    detail:
      difference === 0n
        ? {}
        : { provider_says: says[part].toString(), we_say: we[part].toString(), part, currency },
    at: part === "opening" ? run.from : run.to,
    dueAt: run.to,
  };
}

/** The closing balance follows from the parts; a summary that states another one contradicts itself. */
function closingRow(
  { run, currency }: Line,
  { says, we, closing }: { readonly says: Sums; readonly we: Sums; readonly closing: Amount | null },
): ReconciledRow {
  const sum = says.opening + says.activity + says.payouts;
  const isTied = closing === null || closing === sum;
  const ours = we.opening + we.activity + we.payouts;
  const detail: Record<string, string> = {
    provider_says: (closing ?? sum).toString(),
    we_say: ours.toString(),
  };
  return {
    key: `${currency} closing`,
    class: isTied ? "matched" : "differs",
    kind: isTied ? null : "balance_differs",
    claim: null,
    subject: null,
    left: null,
    right: null,
    detail: isTied ? detail : { ...detail, parts_come_to: sum.toString() },
    at: run.to,
    dueAt: run.to,
  };
}

/**
 * What single rows differ by, whatever the reason: of the window, as the last settlement run that covers it says; of what was
 * before, what stands. A difference that is all of theirs is told with them, and counts as they do.
 */
async function toldBySettlement(
  read: Services["store"]["read"],
  run: Run,
  corrections: readonly Correction[],
): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  const add = (part: Part, { currency, amount, class: rowClass }: ToldDifference) => {
    const sums = told.get(currency) ?? nothingTold();
    told.set(currency, sums);
    const { amount: sum, class: before } = sums[part];
    const worst = classesByWeight.find((one) => one === rowClass || one === before) ?? rowClass;
    sums[part] = { amount: sum + amount, class: worst };
  };
  for (const stated of await settlementsBefore(read, run, run.from)) add("opening", stated);
  for (const stated of await settlementDifferences(read, run)) add("activity", stated);
  // What was posted for them is on our side already.
  for (const { level, at, currency, amount } of corrections)
    if (level === "settlement" && at < run.to)
      add(at < run.from ? "opening" : "activity", { currency, amount: -amount, class: "resolved" });
  return told;
}

/** What single rows differ by together, and the class of the worst of them. */
type Told = Record<Part, Pick<ToldDifference, "amount" | "class">>;

const classesByWeight = ["reported", "resolved", "not_due"] as const;

function nothingTold(): Told {
  const none = { amount: 0n, class: "not_due" } as const;
  return { opening: none, activity: none, payouts: none };
}
