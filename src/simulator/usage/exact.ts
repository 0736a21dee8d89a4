/** Prices have at most so many decimals, quantities at most so many, and costs those of both. */
const priceDecimals = 6;
const quantityDecimals = 3;
const costDecimals = priceDecimals + quantityDecimals;

/** A cost in 10⁻⁹ minor units: every price times every quantity is a whole number of them. */
export type ExactCost = bigint;

export const minorUnit: ExactCost = 10n ** BigInt(costDecimals);

/** The cost of a quantity at a price in minor units, both written as decimals. */
export function exactCost(price: string, quantity: string): ExactCost {
  return scaled(price, priceDecimals) * scaled(quantity, quantityDecimals);
}

/** Some quantity, to the last decimal. */
export function quantityText(thousandths: bigint): string {
  return decimalText(thousandths, quantityDecimals);
}

/** How many thousandths of a unit of quantity a cost is enough for. */
export function thousandthsFor(cost: ExactCost, price: string): bigint {
  return cost / scaled(price, priceDecimals);
}

/** A cost in minor units, without zeros at the end. */
export function costText(cost: ExactCost): string {
  return decimalText(cost, costDecimals);
}

function scaled(text: string, decimals: number): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  if (fraction.length > decimals) throw new Error(`${text} has more than ${decimals} decimals.`);
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

function decimalText(value: bigint, decimals: number): string {
  const digits = value.toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, -decimals) : `${digits.slice(0, -decimals)}.${fraction}`;
}
