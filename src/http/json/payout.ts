import { payoutStatuses } from "../../domain/facts/transfer-facts.ts";
import { formatInstant, type Instant } from "../../domain/time.ts";
import type { Payout } from "../../domain/transfer/payout.ts";
import { amount, oneOf, text, time, told } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";

/** A calendar date, of no zone. */
const date = told<Instant>({ type: "string", format: "date" }, (at) => formatInstant(at).slice(0, 10));

export const payoutAnswer = answer<Payout>()("Payout", "Money the provider sends to our bank.", (from) => ({
  id: text.example("pay_90ce14"),
  provider: from(text, ({ key }) => key.provider),
  account: from(text, ({ key }) => key.account),
  ref: from(text, ({ key }) => key.ref),
  status: oneOf(payoutStatuses),
  amount,
  currency: text,
  remittanceRef: text.nullable,
  createdAt: time.nullable,
  arrivalOn: date.nullable.about("The day on which it is in the bank: a calendar date, of no zone."),
  occurredAt: from(time.about("When it became what it is."), ({ statusChangedAt }) => statusChangedAt),
}));
