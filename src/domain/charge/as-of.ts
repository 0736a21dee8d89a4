import type { BalanceRow } from "../facts/linked-facts.ts";
import { type Instant, latestByQuarter, quarterOf } from "../time.ts";
import type { Charge, LinkedCharge, Receipt } from "./charge.ts";
import type { Movement } from "./movement.ts";

/**
 * When a receipt is money in the books: when it was taken, at the latest when its row of the balance was made, or when its
 * document settled; a document that settled was paid by then, whatever its payment says.
 */
export function receivedAt(
  { takenAt, row }: Pick<Receipt, "takenAt" | "row">,
  charge: Charge,
  settled: Instant | null,
) {
  return earliest(takenAt, row?.createdAt ?? null, settled) ?? charge.statusChangedAt;
}

/**
 * Whether money was captured so much before its document settled that it waits for it in the books. A document that is paid
 * and not yet completed settles when it was paid, as far as is known: what was captured with that waits for nothing.
 */
function isCapturedBefore(charge: Charge, settled: Instant | null, capturedAt: Instant): boolean {
  const settles = settled ?? charge.saidPaidAt;
  return settles === null || quarterOf(capturedAt) < quarterOf(settles);
}

/** When a movement took effect: money has left when a row of the balance says so. `null` if it never did. */
export function tookEffectAt({ effective, undoneAt, occurredAt, linked }: Movement): Instant | null {
  if (!effective && undoneAt === null) return null;
  return earliest(occurredAt, linked?.row?.createdAt ?? null) as Instant;
}

export function isInEffect(movement: Movement, at: Instant): boolean {
  const from = tookEffectAt(movement);
  return from !== null && from <= at && (movement.undoneAt === null || at < movement.undoneAt);
}

/**
 * A charge by what had happened to it at a moment, by the provider's clock; of what was captured, what waits for its
 * document. The document is as it became.
 */
export function chargeAt(charge: Charge, settled: Instant | null, at: Instant): Charge {
  let movements: readonly Movement[] | undefined;
  return {
    ...charge,
    captures:
      charge.captures?.filter(
        ({ capturedAt }) => capturedAt <= at && isCapturedBefore(charge, settled, capturedAt),
      ) ?? null,
    // Asked for once for each movement, and seldom looked at.
    get movements() {
      movements ??= charge.movements.map((movement) => movementAt(movement, at));
      return movements;
    },
    linked: charge.linked === null ? null : linkedAt(charge, charge.linked, settled, at),
  };
}

export function movementAt(movement: Movement, at: Instant): Movement {
  const effective = isInEffect(movement, at);
  const { linked } = movement;
  if (linked === null) return effective === movement.effective ? movement : { ...movement, effective };
  const row = rowAt(linked.row, at);
  const undoneRow = rowAt(linked.undoneRow, at);
  if (effective === movement.effective && row === linked.row && undoneRow === linked.undoneRow)
    return movement;
  return { ...movement, effective, linked: { ...linked, row, undoneRow } };
}

/** A row that was not made yet is not known; of one that does not say when it was, that is. */
const rowAt = (row: BalanceRow | null, at: Instant) =>
  row?.createdAt != null && row.createdAt > at ? null : row;

function linkedAt(charge: Charge, linked: LinkedCharge, settled: Instant | null, at: Instant): LinkedCharge {
  return {
    ...linked,
    receipts: linked.receipts.flatMap((receipt) => {
      if (receivedAt(receipt, charge, settled) > at) return [];
      const row = rowAt(receipt.row, at);
      return [row === receipt.row ? receipt : { ...receipt, row }];
    }),
    disputes: linked.disputes.map((dispute) =>
      dispute.decidedAt !== null && dispute.decidedAt > at ? { ...dispute, state: "open" } : dispute,
    ),
  };
}

/** The moments at which the document's part of the books changes, one in each quarter of an hour. */
export function documentMoments(charge: Charge, settled: Instant | null): Instant[] {
  const moments = settled === null ? [] : [settled];
  for (const receipt of charge.linked?.receipts ?? []) {
    const received = receivedAt(receipt, charge, settled);
    moments.push(received);
    if (receipt.row?.createdAt != null && receipt.row.createdAt > received)
      moments.push(receipt.row.createdAt);
  }
  for (const { capturedAt } of charge.captures ?? [])
    if (isCapturedBefore(charge, settled, capturedAt)) moments.push(capturedAt);
  if (settled === null && (charge.linked?.paidOutside ?? 0n) !== 0n)
    moments.push(charge.paidAt ?? charge.statusChangedAt);
  return latestByQuarter(moments);
}

/** The same of one movement: when it took effect, was undone, was settled by its row, and what its document's settling changes. */
export function movementMoments(movement: Movement, charge: Charge, settled: Instant | null): Instant[] {
  const from = tookEffectAt(movement);
  if (from === null) return [];
  const { linked, undoneAt } = movement;
  const decided = charge.linked?.disputes.find(({ ref }) => ref === linked?.disputeRef)?.decidedAt ?? null;
  const rows = [linked?.row?.createdAt ?? null, linked?.undoneRow?.createdAt ?? null];
  const changes = [undoneAt, ...rows, settled, decided];
  return latestByQuarter([from, ...changes.filter((at) => at !== null && at > from)] as Instant[]);
}

/** What S and T of a settled charge change by: its settling, and what was given back and came back since. */
export function walletMoments(charge: Charge, settled: Instant): Instant[] {
  const moments = [settled];
  for (const movement of charge.movements) {
    const from = tookEffectAt(movement);
    if (from !== null && from > settled) moments.push(from);
    if (from !== null && movement.undoneAt !== null && movement.undoneAt > settled)
      moments.push(movement.undoneAt);
  }
  return latestByQuarter(moments);
}

function earliest(...moments: readonly (Instant | null)[]): Instant | null {
  return moments.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), null);
}
