import type { Charge } from "../charge/charge.ts";
import { foldMovements } from "../charge/fold-movements.ts";
import { direction, type Movement } from "../charge/movement.ts";
import { type ChargeFact, compareStamps, type MovementFact, type Stamp } from "../facts/facts.ts";
import type {
  BalanceRow,
  CreditNoteFact,
  DisputeFact,
  LinkedFact,
  PaymentFact,
  RefundFact,
} from "../facts/linked-facts.ts";
import type { Amount } from "../money.ts";
import { foldDispute } from "../place/linked-movements.ts";
import type { Instant } from "../time.ts";
import type { StatementRow } from "./statement.ts";

/** A document as the provider's list states one: what it comes to, and how far it has come. */
export function heldDocument(charge: Charge): HeldRow {
  const { key, createdAt, currency, total, tax, grandTotal, status } = charge;
  return {
    key: key.ref,
    subject: charge.id,
    at: createdAt,
    currency,
    gross: total,
    fee: null,
    tax,
    net: grandTotal,
    state: status,
    expected: null,
  };
}

/** Everything else that facts speak of, object by object, as the provider's lists state them. */
export function heldObjects(charge: Pick<Charge, "id" | "key">, facts: readonly ChargeFact[]): HeldRow[] {
  const held = (fact: Told, state: string, amount: Amount | null): HeldRow => ({
    key: fact.ref,
    subject: charge.id,
    at: fact.createdAt,
    currency: fact.currency,
    gross: amount,
    fee: null,
    tax: null,
    net: null,
    state,
    expected: null,
  });
  return [
    ...heldMovements(charge, ofKind(facts, "movement")),
    // An intent is no object of a list of its own: its attempts are.
    ...latest(ofKind(facts, "payment").filter(isAttempt), paymentRanks).map((fact) =>
      held(fact, fact.status, fact.amount),
    ),
    ...latest(ofKind(facts, "refund"), movementRanks).map((fact) => held(fact, fact.status, fact.amount)),
    ...latest(ofKind(facts, "credit_note"), noteRanks).map((fact) =>
      held(fact, fact.status === "void" ? "canceled" : "succeeded", fact.total),
    ),
    ...heldDisputes(ofKind(facts, "dispute")).map((fact) => held(fact, fact.state, fact.amount)),
  ];
}

const isAttempt = ({ ref, refs }: PaymentFact): boolean => ref === refs.chargeRef;

interface Told {
  readonly ref: string;
  readonly currency: string;
  readonly createdAt: Instant | null;
}

function ofKind<Kind extends ChargeFact["kind"]>(
  facts: readonly ChargeFact[],
  kind: Kind,
): Extract<ChargeFact, { kind: Kind }>[] {
  return facts.filter((fact): fact is Extract<ChargeFact, { kind: Kind }> => fact.kind === kind);
}

const paymentRanks: Record<PaymentFact["status"], number> = {
  pending: 0,
  canceled: 1,
  failed: 1,
  succeeded: 2,
};
const movementRanks: Record<RefundFact["status"], number> = {
  pending: 0,
  succeeded: 1,
  failed: 2,
  canceled: 2,
};
const noteRanks: Record<CreditNoteFact["status"], number> = { issued: 0, void: 1 };

interface Statement<Status extends string> extends Told {
  readonly stamp: Stamp;
  readonly status: Status;
}

/** What was last said of each object, with the time it was made at if any statement told it. */
function latest<Status extends string, Fact extends Statement<Status>>(
  facts: readonly Fact[],
  ranks: Record<Status, number>,
): Fact[] {
  return [...Map.groupBy(facts, ({ ref }) => ref).values()].map((own) => {
    const ordered = own.toSorted(
      (a, b) => ranks[a.status] - ranks[b.status] || compareStamps(a.stamp, b.stamp),
    );
    const last = ordered.at(-1) as Fact;
    return { ...last, createdAt: ordered.findLast(({ createdAt }) => createdAt !== null)?.createdAt ?? null };
  });
}

function heldDisputes(facts: readonly DisputeFact[]) {
  return [...Map.groupBy(facts, ({ ref }) => ref).values()].map((own) => {
    const createdAt = own.find((fact) => fact.createdAt !== null)?.createdAt ?? null;
    return { ...foldDispute(own, []), createdAt };
  });
}

function heldMovements(charge: Pick<Charge, "id" | "key">, facts: readonly MovementFact[]): HeldRow[] {
  const made = new Map(facts.flatMap(({ ref, createdAt }) => (createdAt === null ? [] : [[ref, createdAt]])));
  return foldMovements(charge.key, charge.id, facts).map((movement) => ({
    key: movement.ref,
    subject: movement.id,
    at: made.get(movement.ref) ?? null,
    currency: movement.currency,
    gross: movement.amount,
    fee: null,
    tax: null,
    net: null,
    state: movement.status,
    expected: null,
  }));
}

/** The balance rows that facts tell, each as it was last told. */
export function heldBalanceRows(subject: string, facts: readonly LinkedFact[]): HeldRow[] {
  const rows = new Map<string, BalanceRow>();
  const told = facts.toSorted((a, b) => compareStamps(a.stamp, b.stamp));
  for (const fact of told) {
    if (fact.kind === "balance_row") rows.set(fact.ref, fact.row);
    if (fact.kind === "dispute") for (const row of fact.rows) rows.set(row.ref, row);
  }
  return [...rows.values()].map((row) => ({
    key: row.ref,
    subject,
    at: row.createdAt,
    currency: row.currency,
    gross: row.gross,
    fee: row.fee,
    tax: null,
    net: row.net,
    state: null,
    expected: null,
  }));
}

/** The figures of a row that are compared, each by its name. */
export const figures = ["gross", "fee", "tax", "net"] as const;
export type Figure = (typeof figures)[number];

/** Our side of a row: what we hold of what the provider states under the same key, in the same words. */
export interface HeldRow extends Pick<StatementRow, "key" | "at" | "currency" | "state" | Figure> {
  /** The charge, movement, payout, wallet or account that holds it, by its id. */
  readonly subject: string;
  /** Why the provider need not state it now, if it does not; `null` if it should. `nothing`: it moves nothing, and never need be. */
  readonly expected: "pending" | "in_transit" | "credit_not_drawn" | "nothing" | null;
}

/**
 * What the provider owes us for a document and its movements where it is the seller, one row each, as its payout report
 * states them: money that leaves us is negative. Credit that pays for a document has no row of its own.
 */
export function heldSettlements(charge: Charge, settledAt: Instant | null): HeldRow[] {
  const own = settledAt === null ? [] : [settlementOf(charge, settledAt)];
  const movements = charge.movements.flatMap((movement) => {
    // A credit that lowers an unpaid document counts with that document, as `book` has it.
    const at = movement.toCustomerBalance === false ? settledAt : movement.occurredAt;
    if (isUndone(movement)) return undone(movement);
    return movement.effective && at !== null ? [movementSettlement(movement, at)] : [];
  });
  return [...own, ...movements].map((row) => (movesNothing(row) ? { ...row, expected: "nothing" } : row));
}

/** A refund that was approved and then reversed has no twin: its payout report tells it twice, there and back. */
const isUndone = ({ kind, status }: Movement): boolean => kind === "refund" && status === "reversed";

/** Of no time: the two rows are found by their keys. */
function undone(movement: Movement): HeldRow[] {
  const row = movementSettlement(movement, null);
  const back = (amount: bigint | null) => (amount === null ? null : -amount);
  const { gross, fee, tax, net } = row;
  const returned = { gross: back(gross), fee: back(fee), tax: back(tax), net: back(net) };
  return [row, { ...row, ...returned, key: `${row.key}:undone` }];
}

/** What costs nothing may have a row or none. */
const movesNothing = ({ gross, net }: HeldRow): boolean => gross === 0n && (net ?? 0n) === 0n;

function settlementOf(charge: Charge, settledAt: Instant): HeldRow {
  const { settlement, fee, earnings } = charge;
  const common = { key: charge.key.ref, subject: charge.id, at: settledAt, state: null };
  if (settlement === null || fee === null)
    return {
      ...common,
      currency: charge.currency,
      gross: charge.total,
      fee,
      tax: charge.tax,
      net: earnings,
      expected: isCreditNotDrawn(charge) ? "credit_not_drawn" : "pending",
    };
  const { currency, gross, tax, net } = settlement;
  return { ...common, currency, gross, fee: settlement.fee, tax, net, expected: "in_transit" };
}

/**
 * A document below zero gave the difference to its customer as credit. Paddle states no earnings of it: nothing of it is on
 * its way, neither to us nor from us.
 */
function isCreditNotDrawn({ creditIssued, earnings }: Charge): boolean {
  return (creditIssued ?? 0n) > 0n && earnings === null;
}

function movementSettlement(movement: Movement, at: Instant | null): HeldRow {
  const sign = -direction(movement.kind);
  const { payout } = movement;
  const stated = payout ?? { ...movement, total: movement.amount };
  const signed = (amount: bigint | null) => (amount === null ? null : sign * amount);
  const disputeFee = payout?.disputeFee ?? 0n;
  const earnings = movement.warning ? 0n : stated.earnings;
  return {
    key: movement.ref,
    subject: movement.id,
    at,
    currency: stated.currency,
    gross: signed(movement.warning ? 0n : stated.total),
    fee: null,
    tax: signed(movement.warning ? 0n : stated.tax),
    net: earnings === null ? null : sign * (earnings + disputeFee),
    state: null,
    expected: "in_transit",
  };
}
