import type { z } from "zod";
import type { WalletId } from "../../domain/ids.ts";
import { priceListOf } from "../../domain/spending/rate.ts";
import type { Services } from "../../services/services.ts";
import type { Wanted } from "../../services/spending/enough-balance.ts";
import type { Payer } from "../../services/spending/usage.ts";
import { amountOrZero, currency, name, quantity } from "./fields.ts";
import { HttpProblem, type ProblemCode } from "./problem.ts";

/** How a request says who pays: an owner or a wallet. */
export const payerFields = { owner: name.optional(), wallet_id: name.optional() };

/** … and what for: a quantity of a meter, or an amount. */
export const askedFields = {
  ...payerFields,
  meter: name.optional(),
  quantity: quantity.optional(),
  amount: amountOrZero.optional(),
  currency: currency.optional(),
  member: name.optional().describe("Who of those that spend for the owner: limits may be theirs"),
};

type Asked = { readonly [Field in keyof typeof askedFields]?: z.output<(typeof askedFields)[Field]> };

export const namesOnePayer = ({ owner, wallet_id }: Pick<Asked, "owner" | "wallet_id">): boolean =>
  (owner === undefined) !== (wallet_id === undefined);
export const onePayer = { message: "either owner or wallet_id is needed, not both" };

export const namesOneValue = (asked: Pick<Asked, "meter" | "quantity" | "amount">): boolean =>
  mayBePriced(asked) && (asked.amount !== undefined || asked.quantity !== undefined);
export const oneValue = { message: "either meter and quantity are needed, or amount" };

/** … where a meter alone means a quantity of 1. */
export const mayBePriced = ({ meter, quantity, amount }: Pick<Asked, "meter" | "quantity" | "amount">) =>
  amount === undefined ? meter !== undefined : meter === undefined && quantity === undefined;

/** Of fields that name one payer. */
export function payerOf({ owner, wallet_id }: Pick<Asked, "owner" | "wallet_id">): Payer {
  return owner === undefined ? { walletId: wallet_id as WalletId } : { owner };
}

/** Of fields that name one value. */
export function reservedOf({ meter, quantity, amount }: Pick<Asked, "meter" | "quantity" | "amount">) {
  return amount === undefined ? { meter: String(meter), quantity: quantity ?? "" } : { amount };
}

/** Of fields that may be priced. */
export function wantedOf({ meter, quantity, amount }: Pick<Asked, "meter" | "quantity" | "amount">): Wanted {
  return amount === undefined ? { meter: String(meter), quantity } : { amount };
}

/** Why a value could not be priced, told as a problem. */
const refusals = {
  unknown_meter: ["unknown_meter", "The policy has no such meter."],
  unknown_wallet: ["not_found", "There is no wallet of this id."],
  no_price: ["no_price", "The meter has no price in this currency now."],
  currency_required: ["currency_required", "Say the currency: more than one is possible."],
  currency_mismatch: ["currency_mismatch", "The wallet is of another currency."],
  quantity_invalid: [
    "value",
    "quantity: must be a decimal string or a safe integer, 0 or more, with at most 12 decimals.",
  ],
  cost_out_of_range: ["value", "quantity: so much cannot be paid for."],
  amount_invalid: ["value", "amount: must be more than 0, and fit into 64 bits."],
  expires_in_invalid: ["value", "expires_in: must be a whole number of seconds from 1 to 86400."],
  meter_required: ["value", "quantity: the hold is for an amount; settle it with an amount."],
} as const satisfies Record<string, readonly [ProblemCode | "value", string]>;

/** Why what was asked has no price, in the policy's words; `undefined` if it was asked for an amount, or refused for something else. */
export function whyUnpriced(
  { policies, clock }: Pick<Services, "policies" | "clock">,
  reason: string,
  {
    meter,
    currency = null,
  }: { readonly meter?: string | undefined; readonly currency?: string | null | undefined },
): string | undefined {
  if (meter === undefined) return undefined;
  return priceListOf(policies.current).why(reason, { meter, currency, now: clock.now() });
}

/** `invalid` is the code of what cannot be read: it was in the body or in the query. */
export function refusalProblem(
  reason: keyof typeof refusals,
  invalid: "body_invalid" | "query_invalid" = "body_invalid",
  why?: string,
): HttpProblem {
  const [code, detail] = refusals[reason];
  return new HttpProblem(code === "value" ? invalid : code, why === undefined ? detail : `meter: ${why}.`);
}
