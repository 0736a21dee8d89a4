/**
 * Stripe's reporting categories, in our words: a balance row has one in a report and in the API. Those without a word of
 * ours keep their own. Source: Stripe's page "Reporting categories" and the enum of its API, 2026-10.
 */
const ours: Readonly<Record<string, string>> = {
  charge: "charge",
  refund: "refund",
  refund_failure: "refund_failure",
  dispute: "dispute",
  dispute_reversal: "dispute_reversal",
  fee: "fee",
  network_cost: "fee",
  stripe_fee: "fee",
  platform_fee: "fee",
  stripe_fee_tax: "tax",
  tax: "tax",
  risk_reserved_funds: "reserve",
  connect_reserved_funds: "reserve",
  payment_network_reserved_funds: "reserve",
  minimum_balance_hold: "reserve",
  minimum_balance_release: "reserve",
  payout: "payout",
  payout_reversal: "payout_failure",
  other_adjustment: "other",
};

const kept = (
  "advance advance_funding anticipation_repayment charge_failure climate_order_purchase climate_order_refund " +
  "connect_collection_transfer contribution financing_paydown financing_paydown_reversal financing_payout " +
  "financing_payout_reversal inbound_transfer inbound_transfer_reversal issuing_authorization_hold " +
  "issuing_authorization_release issuing_disbursement issuing_dispute issuing_dispute_fraud_liability_debit " +
  "issuing_dispute_provisional_credit issuing_dispute_provisional_credit_reversal issuing_transaction obligation " +
  "outbound_payment outbound_payment_reversal outbound_transfer outbound_transfer_reversal partial_capture_reversal " +
  "platform_earning platform_earning_refund received_credit received_credit_reversal received_debit " +
  "received_debit_reversal return stripe_balance_payment_debit stripe_balance_payment_debit_reversal topup " +
  "topup_reversal transfer transfer_reversal unreconciled_customer_funds"
).split(" ");

export const balanceCategories: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ours),
  ...kept.map((word) => [word, word] as const),
]);
