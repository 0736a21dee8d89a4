import { isRecord } from "../kit/json.ts";
import type { ListedObjectRow } from "../kit/listed-rows.ts";
import { bodyOf, ownKey } from "../kit/own-key.ts";
import type { Telling } from "../source.ts";

/** How an object was asked for: at which API version, and when, in Unix seconds. */
export interface AskedAs {
  readonly apiVersion: string;
  readonly askedAt: number;
}

interface Manner {
  /** The type of event that tells the object's present state, whatever that is. */
  type(row: ListedObjectRow): string;
  /** When that state began, as far as the object says, in Unix seconds. */
  time(row: ListedObjectRow): unknown;
}

const always = (type: string) => () => type;
const created = (row: ListedObjectRow) => row.created;

const manners: Readonly<Record<string, Manner>> = {
  invoice: { type: always("invoice.updated"), time: lastTransition },
  invoice_payment: { type: (row) => `invoice_payment.${row.status}`, time: lastTransition },
  charge: { type: always("charge.updated"), time: created },
  refund: { type: always("refund.updated"), time: created },
  dispute: { type: always("charge.dispute.updated"), time: created },
  credit_note: { type: always("credit_note.updated"), time: (row) => row.voided_at ?? row.created },
  "checkout.session": { type: always("checkout.session.completed"), time: created },
  payout: { type: always("payout.updated"), time: created },
  subscription: { type: always("customer.subscription.updated"), time: created },
  /** It says no time at all. */
  payment_link: { type: always("payment_link.updated"), time: () => null },
  customer_cash_balance_transaction: {
    type: always("customer_cash_balance_transaction.created"),
    time: created,
  },
};

export function eventTelling(row: ListedObjectRow): Telling {
  return { ref: String(row.id), object: row, body: bodyOf(row), asOfNow: null, isEvent: true };
}

/**
 * An object as it is now, as an event that says so. Few objects say when they last changed: the others are told as if they
 * had been so since they were made, which is true of what never changes, and of two states the greater rank counts.
 */
export function objectTelling(row: ListedObjectRow, asking: AskedAs): Telling {
  const object = String(row.object);
  const ref = String(row.id);
  const { type, time } = manners[object] ?? { type: always(`${object}.updated`), time: created };
  const saidAt = (at: number) => {
    const id = ownKey(object, { ref, at: String(at), row });
    return eventBody(row, { id, type: type(row), created: at, ...asking });
  };
  const [body, asOfNow] = [saidAt(Number(time(row) ?? asking.askedAt)), saidAt(asking.askedAt)];
  return { ref, object: row, body, asOfNow, isEvent: false };
}

/** A row of Stripe's balance: no webhook carries one, and its id alone makes it known. */
export function rowTelling(row: ListedObjectRow, { apiVersion }: AskedAs): Telling {
  const type = "balance_transaction.created";
  const body = eventBody(row, { id: `bt:${row.id}`, type, created: row.created, apiVersion });
  return { ref: String(row.id), object: row, body, asOfNow: null, isEvent: false };
}

/**
 * A payment that no invoice was paid with, by Stripe's own answer: the empty list stands in the object, as lists do that
 * Stripe was asked to include.
 */
export function withoutInvoice(charge: ListedObjectRow, asking: AskedAs): Telling {
  const url = `/v1/invoice_payments?payment[payment_intent]=${charge.payment_intent}`;
  const none = { object: "list", data: [], has_more: false, url };
  return objectTelling({ ...charge, invoice_payments: none }, asking);
}

function eventBody(
  row: ListedObjectRow,
  event: {
    readonly id: string;
    readonly type: string;
    readonly created: unknown;
    readonly apiVersion: string;
    /** What an object says of a count is true of then, whenever it became so. */
    readonly askedAt?: number;
  },
): Uint8Array {
  const { id, type, created, apiVersion, askedAt } = event;
  const { livemode } = row;
  return bodyOf({
    id,
    object: "event",
    api_version: apiVersion,
    created,
    ...(askedAt === undefined ? {} : { asked_at: askedAt }),
    type,
    ...(typeof livemode === "boolean" ? { livemode } : {}),
    data: { object: row },
  });
}

function lastTransition(row: ListedObjectRow): unknown {
  const transitions = isRecord(row.status_transitions) ? Object.values(row.status_transitions) : [];
  const times = transitions.filter((time) => typeof time === "number");
  return times.length === 0 ? row.created : Math.max(...times);
}
