import { maximum } from "../../domain/money.ts";
import type { ExplainedLot, Explanation, KindOfChange } from "../../services/spending/explain-balance.ts";
import { chargeJson } from "./charge.ts";
import { entryJson } from "./entry.ts";
import { eventJson } from "./event.ts";
import { amount, time } from "./values.ts";
import { lotJson } from "./wallet.ts";

/** Of the balance; its lots are a page beside it. */
export function explanationJson({ wallet, at, seq, balance, held, changes }: Explanation) {
  return {
    wallet_id: wallet.id,
    owner: wallet.owner,
    currency: wallet.currency,
    at: time(at),
    seq,
    balance: amount(balance),
    held: amount(held),
    available: amount(maximum(0n, balance - held)),
    changes: changes.map(changeJson),
  };
}

/** A lot with the entries that put it there: those of its charge, or the one that opened it. */
export function explainedLotJson({ lot, opening, changes, charge }: ExplainedLot) {
  const entries = charge?.entries ?? [];
  const all = entries.some(({ id }) => id === opening.id) ? entries : [opening, ...entries];
  return {
    ...lotJson(lot),
    opened_by: { seq: lot.openedBy, kind: opening.kind, entry_id: opening.id, reason: opening.reason },
    changes: changes.map(changeJson),
    charge: charge === null ? null : chargeJson(charge.view),
    entries: all.map(entryJson),
    events: (charge?.events ?? []).map(eventJson),
  };
}

function changeJson({ kind, lines, amount: total }: KindOfChange) {
  return { kind, lines, amount: amount(total) };
}
