import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import type { ProviderRowFact, RowMeaning } from "../../domain/facts/transfer-facts.ts";
import { reference } from "../kit/fields.ts";
import { type Parked, parked, parkedBy } from "../kit/parked.ts";
import type { Normalised } from "../provider.ts";
import { balanceRow, brokenRow, rowFact } from "./balance-row.ts";
import { balanceNameOf, categoryOf, subjectOf } from "./row-subjects.ts";

const balanceTransaction = balanceRow.extend({
  /** In no body of Stripe's: a report names the charge beside the object that the row settles. */
  charge: reference.nullish(),
  /** Which balance it moves; a report has rows of that of payments only. */
  balance_type: z.string().nullish(),
});
type BalanceTransaction = z.output<typeof balanceTransaction>;

/** What an imported row of Stripe's balance says; no webhook carries one. From the API and from a report it is the same fact. */
export function readBalanceTransaction(object: unknown, stamp: Stamp): Normalised {
  const parsed = balanceTransaction.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const sent = parsed.data;
  const category = categoryOf(sent);
  if (category === null) return parked("schema_invalid", "data.object.reporting_category: is missing.");
  const broken = brokenRow(sent, "data.object");
  if (broken !== null) return broken;
  return readRow(sent, category, stamp);
}

function readRow(sent: BalanceTransaction, category: string, said: Stamp): Normalised {
  const subject = subjectOf(category, sent.source ?? null);
  // Whether the books had begun is decided by when the balance moved.
  const stamp = { ...said, occurredAt: sent.created ?? said.occurredAt };
  if (subject === "object" || subject === "payout") {
    const chargeRef = sent.charge ?? null;
    const source = sent.source ?? (subject === "object" ? chargeRef : null);
    if (source === null) return providerRow(sent, { category, meaning: "unplaced" }, stamp);
    if (subject === "object")
      return { kind: "facts", facts: [rowFact(sent, { sourceRef: source, chargeRef }, said)] };
    const { id: ref, currency, amount: gross, fee, net } = sent;
    const amounts = { currency, gross, fee, net };
    return { kind: "facts", facts: [{ kind: "payout_row", stamp, ref, payoutRef: source, ...amounts }] };
  }
  return providerRow(sent, { category, meaning: subject }, stamp);
}

function providerRow(
  { id: ref, currency, amount: gross, fee, net, source, balance_type: balanceType }: BalanceTransaction,
  what: { readonly category: string; readonly meaning: RowMeaning },
  stamp: Stamp,
): Normalised | Parked {
  const balanceName = balanceNameOf(balanceType ?? null);
  if (balanceName === undefined) return parked("unknown_balance", "data.object.balance_type");
  const fact: ProviderRowFact = {
    kind: "provider_row",
    stamp,
    ref,
    ...what,
    balanceName,
    sourceRef: source ?? null,
    currency,
    gross,
    fee,
    net,
  };
  return { kind: "facts", facts: [fact] };
}
