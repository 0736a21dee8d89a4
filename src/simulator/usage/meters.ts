import type { CurrencyCode } from "../catalogue.ts";

/** What the company counts, and what a unit of it costs in minor units of each currency. */
export interface Meter {
  readonly key: string;
  readonly prices: Readonly<Record<CurrencyCode, string>>;
  /** Whether it is counted in whole units only. */
  readonly whole: boolean;
}

export const meters: readonly Meter[] = [
  {
    key: "api_calls",
    prices: { USD: "0.035", EUR: "0.0315", GBP: "0.028", JPY: "0.0525", KWD: "0.105" },
    whole: true,
  },
  {
    key: "gigabyte_hours",
    prices: { USD: "0.013699", EUR: "0.012329", GBP: "0.010959", JPY: "0.020548", KWD: "0.041096" },
    whole: false,
  },
  { key: "reports", prices: { USD: "25", EUR: "22.5", GBP: "20", JPY: "37.5", KWD: "75" }, whole: true },
];

export function meterOf(key: string): Meter {
  const meter = meters.find((one) => one.key === key);
  if (meter === undefined) throw new Error(`The company has no meter ${key}.`);
  return meter;
}

/** A policy file that says what the company's meters cost, and nothing else. */
export function meterPolicy(): object {
  return { meters: meters.map(({ key, prices }) => ({ key, prices })) };
}
