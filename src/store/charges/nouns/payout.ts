import type { PayoutRecord } from "../../../domain/books.ts";
import {
  type OpeningEvidence,
  payoutStatuses,
  type RowMeaning,
} from "../../../domain/facts/transfer-facts.ts";
import type { PayoutId, ProviderName } from "../../../domain/ids.ts";
import { formatInstant, type Instant } from "../../../domain/time.ts";
import type { Payout, RowOfPayout } from "../../../domain/transfer/payout.ts";
import type { Opening, ProviderRow, Transfer } from "../../../domain/transfer/transfer.ts";
import {
  amount,
  asJson,
  assembled,
  count,
  kept,
  list,
  oneOf,
  ownNumber,
  readBeside,
  text,
  textOf,
  time,
  told,
} from "../../described/field.ts";
import { answer, described, part } from "../../described/noun.ts";
import { keyOf } from "./charge.ts";

const transferKinds = [
  "payout",
  "customer_cash",
  "provider_row",
  "opening",
  "credit_opening",
] as const satisfies readonly Transfer["kind"][];

/** A calendar date, of no zone. */
const date = time.toldAs(
  told<Instant>({ type: "string", format: "date" }, (at) => formatInstant(at).slice(0, 10)),
);

const rowOfPayout = part<RowOfPayout>()("RowOfPayout", "A row by which a payout left or came back.", () => ({
  ref: text,
  at: time,
  currency: text,
  gross: amount,
  fee: amount,
  net: amount,
}));

type PayoutTerms = Pick<Payout, "createdAt" | "arrivalOn" | "leftAt" | "arrivedAt" | "cameBackAt" | "rows">;

const payoutTerms = part<PayoutTerms>()("PayoutTerms", "What only payouts have.", () => ({
  createdAt: time.nullable,
  arrivalOn: date.nullable.about("The day on which it is in the bank: a calendar date, of no zone."),
  leftAt: time,
  arrivedAt: time.nullable,
  cameBackAt: time.nullable,
  rows: list(kept(rowOfPayout)),
}));

type RowTerms = Pick<ProviderRow, "meaning" | "category" | "balanceName" | "sourceRef" | "fee" | "net">;

const rowTerms = part<RowTerms>()("RowTerms", "What only rows of the balance have.", () => ({
  meaning: textOf<RowMeaning>(),
  category: text,
  balanceName: text,
  sourceRef: text.nullable,
  fee: amount,
  net: amount,
}));

const openingTerms = part<Pick<Opening, "evidence">>()("OpeningTerms", "What only openings have.", () => ({
  evidence: textOf<OpeningEvidence>(),
}));

/** Money that moved without a charge: what only one of its kind has is in its terms. */
export const transferNoun = described<PayoutRecord>()(
  "Transfer",
  "Money that moved without a charge, and what of it is posted.",
  (from) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<PayoutId>().fixed,
    key: assembled(keyOf),
    provider: from(textOf<ProviderName>().fixed, ({ key }) => key.provider),
    account: from(text.fixed, ({ key }) => key.account),
    ref: from(text.fixed, ({ key }) => key.ref),
    facts: readBeside<PayoutRecord["facts"]>(),
    contested: readBeside<PayoutRecord["contested"]>(),
    payout: assembled<Transfer | null, TransferColumns>((row) => transferOf(row)),
    kind: from(oneOf<Transfer["kind"]>(transferKinds), (record) => moved(record).kind),
    customerRef: from(text.nullable.personal.about("Whose cash or credit it is."), customerOf),
    status: from(text, statusOf),
    amount: from(amount, amountOf),
    currency: from(text, (record) => moved(record).currency),
    remittanceRef: from(text.nullable, remittanceOf),
    statusChangedAt: from(time.about("Of what has no state: when it moved."), changedAt),
    terms: from(text, termsOf),
    posted: readBeside<PayoutRecord["posted"]>(),
    entryCount: count,
    discrepancies: asJson<PayoutRecord["discrepancies"]>(),
  }),
);

/** What is told of a payout; the other transfers are told by accounts and entries alone. */
export const payoutAnswer = answer<Payout>()("Payout", "Money the provider sends to our bank.", (from) => ({
  id: text.example("pay_po_1NzQ8p~stripe"),
  provider: from(text, ({ key }) => key.provider),
  account: from(text, ({ key }) => key.account),
  ref: from(text, ({ key }) => key.ref),
  status: oneOf(payoutStatuses),
  amount,
  currency: text,
  remittanceRef: text.nullable,
  createdAt: payoutTerms.fields.createdAt,
  arrivalOn: payoutTerms.fields.arrivalOn,
  occurredAt: from(time.about("When it became what it is."), ({ statusChangedAt }) => statusChangedAt),
}));

function moved({ id, payout }: PayoutRecord): Transfer {
  if (payout === null) throw new Error(`${id} has no facts, and cannot be stored.`);
  return payout;
}

/** Money that moved at once has no state. */
function statusOf(record: PayoutRecord): string {
  const transfer = moved(record);
  return transfer.kind === "payout" ? transfer.status : "paid";
}

function amountOf(record: PayoutRecord): bigint {
  const transfer = moved(record);
  return transfer.kind === "provider_row" ? transfer.gross : transfer.amount;
}

function customerOf(record: PayoutRecord): string | null {
  const transfer = moved(record);
  return "customerRef" in transfer ? transfer.customerRef : null;
}

function remittanceOf(record: PayoutRecord): string | null {
  const transfer = moved(record);
  return transfer.kind === "payout" ? transfer.remittanceRef : null;
}

function changedAt(record: PayoutRecord): Instant {
  const transfer = moved(record);
  return transfer.kind === "payout" ? transfer.statusChangedAt : transfer.at;
}

function termsOf(record: PayoutRecord): string {
  const transfer = moved(record);
  switch (transfer.kind) {
    case "payout":
      return JSON.stringify(payoutTerms.pack(transfer));
    case "provider_row":
      return JSON.stringify(rowTerms.pack(transfer));
    case "opening":
      return JSON.stringify(openingTerms.pack(transfer));
    case "customer_cash":
    case "credit_opening":
      return "[]";
    default:
      return transfer satisfies never;
  }
}

/** Of its row, what a transfer is put together from. */
export interface TransferColumns {
  readonly id: string;
  readonly provider: ProviderName;
  readonly account: string;
  readonly ref: string;
  readonly kind: Transfer["kind"];
  readonly customer_ref: string | null;
  readonly status: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly remittance_ref: string | null;
  readonly status_changed_at: bigint;
  readonly terms: string;
}

export function transferOf(row: TransferColumns): Transfer {
  const { id, currency, amount, status_changed_at: at, customer_ref: customerRef } = row;
  const common = { id: id as PayoutId, key: keyOf(row), currency, at };
  switch (row.kind) {
    case "payout":
      return payoutOf(row);
    case "customer_cash":
    case "credit_opening":
      return { kind: row.kind, ...common, amount, customerRef: customerRef ?? "" };
    case "provider_row":
      return { kind: row.kind, ...common, gross: amount, ...rowTerms.unpack(termsIn(row)) };
    case "opening":
      return { kind: row.kind, ...common, amount, ...openingTerms.unpack(termsIn(row)) };
    default:
      return row.kind satisfies never;
  }
}

export function payoutOf(row: TransferColumns): Payout {
  return {
    kind: "payout",
    id: row.id as PayoutId,
    key: keyOf(row),
    status: row.status as Payout["status"],
    amount: row.amount,
    currency: row.currency,
    remittanceRef: row.remittance_ref,
    statusChangedAt: row.status_changed_at,
    ...payoutTerms.unpack(termsIn(row)),
  };
}

const termsIn = ({ terms }: TransferColumns): never => JSON.parse(terms) as never;
