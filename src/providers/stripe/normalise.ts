import type { Stamp } from "../../domain/facts/facts.ts";
import type { EventId } from "../../domain/ids.ts";
import { isDeeperThan, isRecord, parked } from "../kit/fields.ts";
import type { Envelope, Named, Normalised } from "../provider.ts";
import { readBalanceTransaction } from "./balance-transaction.ts";
import { readCharge, readPaymentIntent } from "./charge.ts";
import { readCheckoutSession } from "./checkout-session.ts";
import { readCreditNote } from "./credit-note.ts";
import { carryingType, isThin, type MoneyObject, meaningOf } from "./event-types.ts";
import { readInvoice, readInvoicePayment } from "./invoice.ts";
import { readSoldThrough } from "./managed-payments.ts";
import { readDispute, readRefund } from "./money-back.ts";
import { readCustomerCash, readOpeningBalance, readPayout } from "./transfers.ts";

/** Recorded bodies reach 9 levels; what an app attaches is flat at Stripe. */
const deepest = 64;

type Reader = (object: unknown, stamp: Stamp, type: string) => Normalised;

const readers: ReadonlyMap<unknown, Reader> = new Map<MoneyObject, Reader>([
  ["invoice", readInvoice],
  ["invoice_payment", readInvoicePayment],
  ["charge", readCharge],
  ["payment_intent", readPaymentIntent],
  ["checkout.session", readCheckoutSession],
  ["refund", readRefund],
  ["dispute", readDispute],
  ["credit_note", readCreditNote],
  ["payout", readPayout],
  ["customer_cash_balance_transaction", readCustomerCash],
  ["balance_transaction", readBalanceTransaction],
  ["opening_balance", readOpeningBalance],
  ["subscription", readSoldThrough],
  ["payment_link", readSoldThrough],
]);

/**
 * An event as facts. Its type alone decides whether it speaks of money; what it says is decided by the object it carries
 * (`charge.refund.updated` carries a refund), and how that is read by the fields that are there, never by its API version:
 * recorded bodies have fields of two versions at once.
 */
export function normalise(envelope: Envelope, eventId: EventId): Normalised {
  const { type, data, occurredAt, askedAt, named } = envelope;
  const meaning = meaningOf(carryingType(type));
  // One that nobody can tell the meaning of waits for a person: its object is not at hand.
  if (isThin(type) && meaning.kind === "none" && meaning.reason === "unknown_type")
    return parked("thin_unknown", `type: ${type} is not known, and its object is not in it.`);
  if (named !== undefined && meaning.kind === "money") return asked(named);
  if (meaning.kind === "none") return { kind: "ignored", reason: meaning.reason };
  const object = isRecord(data) ? data.object : undefined;
  if (object === null || object === undefined) return parked("data_missing", "data.object");
  if (isDeeperThan(object, deepest))
    return parked("too_deep", `data.object: is nested deeper than ${deepest} levels.`);
  if (occurredAt === null) return parked("time_invalid", "created: is missing or no time in Unix seconds.");
  const carried = isRecord(object) ? (object.object ?? meaning.object) : meaning.object;
  const reader = readers.get(carried);
  if (reader === undefined) return parked("unknown_object", "data.object.object");
  const stamp = { eventId, occurredAt, ...(askedAt === undefined ? {} : { askedAt }) };
  return reader(object, stamp, type);
}

function asked(named: Named): Normalised {
  if (named.eventRef !== null || named.object !== null) return { kind: "named", reason: "thin", named };
  return parked("thin_nameless", "related_object: the event neither carries nor names its object.");
}
