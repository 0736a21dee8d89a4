import type { Amount } from "../money.ts";
import { type Instant, nanosecondsPerDay } from "../time.ts";
import type { Payout } from "../transfer/payout.ts";
import type { HeldRow } from "./held-objects.ts";
import { isUnexplained } from "./level.ts";
import type { ReconciledRow, StatedRow } from "./reconciled-row.ts";

/** One payout: as it is listed, as we hold it, and what its rows come to. */
export class PaidOut {
  readonly ref: string;
  readonly listed: StatedRow | null;
  readonly held: Payout | null;
  readonly at: Instant;
  #currency: string | null;
  #rows = 0;
  /** Of rows that we hold: as the provider states them, and as we do. */
  #attributed = 0n;
  #heldSum = 0n;
  /** Of rows that nothing of ours explains. */
  #unattributed = 0n;
  /** Names of each row that is nobody's, or that we hold with another net: its key, and its object's. */
  readonly amiss: (readonly string[])[] = [];

  constructor({ ref, listed, held, at }: Pick<PaidOut, "ref" | "listed" | "held" | "at">) {
    this.ref = ref;
    this.listed = listed;
    this.held = held;
    this.at = at;
    this.#currency = held?.currency ?? listed?.currency ?? null;
  }

  get currency(): string | null {
    return this.#currency;
  }

  /** Counts a row of it, with ours if there is one. Rows of another currency are told by themselves. */
  count(row: StatedRow, held: HeldRow | null): void {
    this.#currency ??= row.currency;
    this.#rows += 1;
    if (held?.net !== row.net || held?.currency !== row.currency)
      this.amiss.push(row.objectRef === null ? [row.key] : [row.key, row.objectRef]);
    const net = row.currency === this.#currency ? (row.net ?? 0n) : 0n;
    if (held === null) this.#unattributed += net;
    else {
      this.#attributed += net;
      if (held.currency === this.#currency) this.#heldSum += held.net ?? 0n;
    }
  }

  /** What its rows come to; without any, what the provider lists it with. */
  get stated(): Amount | null {
    return this.#rows > 0 ? this.#attributed : (this.listed?.gross ?? null);
  }

  /** What we hold it to be. One that failed was paid by its rows all the same: what came back is a row of a later one. */
  get amount(): Amount | null {
    if (this.held === null) return null;
    return this.held.status === "canceled" ? 0n : this.held.amount;
  }

  /** Whether what its rows differ by, and those that are nobody's, are the whole difference: they are told row by row. */
  get isToldByRows(): boolean {
    const sums = [this.#heldSum, this.#heldSum + this.#unattributed, this.#attributed + this.#unattributed];
    return this.amount !== null && sums.includes(this.amount);
  }

  get detail(): Readonly<Record<string, string>> {
    return {
      rows: String(this.#rows),
      rows_come_to: (this.#attributed + this.#unattributed).toString(),
      we_hold_of_them: this.#heldSum.toString(),
    };
  }
}

/** A row of a payout that nothing of ours explains. */
export function unattributedRow(row: StatedRow, { ref, at }: PaidOut): ReconciledRow {
  const object = row.objectRef === null ? {} : { object: row.objectRef };
  return {
    key: row.key,
    class: "missing_here",
    kind: "row_unattributed",
    claim: { statement: row.statement, line: row.line },
    subject: null,
    left: { currency: row.currency, amount: row.net ?? 0n },
    right: null,
    detail: { payout: ref, category: row.category, ...object },
    at: row.at ?? at,
    dueAt: at,
  };
}

/** A payout's money is a day or two on its way to the bank. */
const grace = 2n * nanosecondsPerDay;

/** What is known of the provider's side as a whole. */
export interface PayoutSource {
  /** Whether it is all there is for the window. */
  readonly isWhole: boolean;
  /** A report has only what was paid out when it was made. */
  readonly isReport: boolean;
}

/** `settled`: names of rows that a person has settled; what they differ by is settled with them. */
export function payoutRow(
  paid: PaidOut,
  { source, settled, now }: { source: PayoutSource; settled: ReadonlySet<string>; now: Instant },
): ReconciledRow {
  const { ref, held, listed, at, stated, amount } = paid;
  const currency = paid.currency ?? "XXX";
  const judged = bySettledRows(judge(paid, source), paid, settled);
  const dueAt = at + grace;
  const isEarly = isUnexplained(judged.class) && dueAt > now;
  return {
    ...judged,
    class: isEarly ? "not_due" : judged.class,
    key: ref,
    claim: listed === null ? null : { statement: listed.statement, line: listed.line },
    subject: held?.id ?? null,
    left: stated === null ? null : { currency, amount: stated },
    right: amount === null ? null : { currency, amount },
    at,
    dueAt,
  };
}

function bySettledRows(judged: Judged, { amiss }: PaidOut, settled: ReadonlySet<string>): Judged {
  const isSettled = amiss.length > 0 && amiss.every((names) => names.some((name) => settled.has(name)));
  return judged.class === "reported" && isSettled ? { ...judged, class: "resolved" } : judged;
}

type Judged = Pick<ReconciledRow, "class" | "kind" | "detail">;

function judge(paid: PaidOut, source: PayoutSource): Judged {
  const { held, listed, stated, amount, detail } = paid;
  if (held === null) return { class: "missing_here", kind: "payout_missing", detail };
  const status = listed?.state ?? null;
  if (status !== null && status !== held.status) {
    const words = { provider_says_status: status, we_say_status: held.status };
    return { class: "differs", kind: "status_differs", detail: words };
  }
  if (stated === null) return unlisted(held, source);
  if (stated === amount) return { class: "matched", kind: null, detail: {} };
  // Some of its rows may be on the part of a list that was not read.
  if (!source.isWhole) return { class: "undecided", kind: null, detail };
  return { class: paid.isToldByRows ? "reported" : "differs", kind: "payout_differs", detail };
}

/** A payout that no row names: not every one is made row by row, and a report may not have it yet. */
function unlisted({ status }: Payout, { isWhole, isReport }: PayoutSource): Judged {
  if (status !== "paid") return { class: "in_transit", kind: null, detail: {} };
  if (!isWhole) return { class: "undecided", kind: null, detail: {} };
  if (isReport) return { class: "pending", kind: null, detail: { reason: "no report names it" } };
  return { class: "missing_there", kind: "payout_unknown_there", detail: {} };
}
