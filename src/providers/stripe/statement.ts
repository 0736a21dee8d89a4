import { isRecord } from "../json.ts";
import type { Row } from "../listed-rows.ts";
import { bodyOf, ownKey } from "../own-key.ts";
import type { Statement } from "../source.ts";

export function eventStatement(row: Row): Statement {
  return { ref: String(row.id), object: row, body: bodyOf(row), isEvent: true };
}

interface Telling {
  /** The type of event that tells the object's present state, whatever that is. */
  type(row: Row): string;
  /** When that state began, in Unix seconds; `null` where the object does not say. */
  time(row: Row): unknown;
}

const created = (row: Row) => row.created;
const always = (type: string) => () => type;

const tellings: Readonly<Record<string, Telling>> = {
  invoice: { type: always("invoice.updated"), time: lastTransition },
  invoice_payment: { type: (row) => `invoice_payment.${row.status}`, time: lastTransition },
  charge: { type: always("charge.updated"), time: created },
  refund: { type: always("refund.updated"), time: created },
  dispute: { type: always("charge.dispute.updated"), time: timeOfDispute },
  credit_note: { type: always("credit_note.updated"), time: (row) => row.voided_at ?? row.created },
  "checkout.session": { type: always("checkout.session.completed"), time: created },
  payout: { type: always("payout.updated"), time: created },
};

/**
 * An object as it is now, as an event that says so. Nothing in most objects says when they last changed: then it is said
 * to have been so since it was made, and of two states the greater rank counts. `askedAt` is in Unix seconds.
 */
export function objectStatement(row: Row, { apiVersion, askedAt }: Rendering): Statement {
  const object = String(row.object);
  const ref = String(row.id);
  const telling = tellings[object];
  const at = Number(telling?.time(row) ?? (object === "dispute" ? askedAt : row.created));
  return statement(row, {
    id: ownKey(object, { ref, at: String(at), row }),
    type: telling?.type(row) ?? `${object}.updated`,
    created: at,
    apiVersion,
  });
}

interface Rendering {
  readonly apiVersion: string;
  readonly askedAt: number;
}

/** A row of Stripe's balance: no webhook carries one, and its id alone makes it known. */
export function rowStatement(row: Row, { apiVersion }: { readonly apiVersion: string }): Statement {
  const event = { id: `bt:${row.id}`, type: "balance_transaction.created", created: row.created, apiVersion };
  return statement(row, event);
}

/**
 * A payment that no invoice was paid with, by Stripe's own answer: the empty list stands in the object, as lists do that
 * Stripe was asked to include.
 */
export function withoutInvoice(charge: Row, telling: Rendering): Statement {
  const url = `/v1/invoice_payments?payment[payment_intent]=${charge.payment_intent}`;
  return objectStatement(
    { ...charge, invoice_payments: { object: "list", data: [], has_more: false, url } },
    telling,
  );
}

function statement(
  row: Row,
  { id, type, created, apiVersion }: { id: string; type: string; created: unknown; apiVersion: string },
): Statement {
  const { livemode } = row;
  const event = {
    id,
    object: "event",
    api_version: apiVersion,
    created,
    type,
    ...(typeof livemode === "boolean" ? { livemode } : {}),
    data: { object: row },
  };
  return { ref: String(row.id), object: row, body: bodyOf(event), isEvent: false };
}

function lastTransition(row: Row): unknown {
  const transitions = isRecord(row.status_transitions) ? Object.values(row.status_transitions) : [];
  const times = transitions.filter((time) => typeof time === "number");
  return times.length === 0 ? row.created : Math.max(...times);
}

/** Its state goes by time, and it does not say since when it is closed: by now it is. */
function timeOfDispute({ status, created }: Row): unknown {
  return status === "needs_response" || status === "warning_needs_response" ? created : null;
}
