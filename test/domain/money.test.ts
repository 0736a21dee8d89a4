import {
  AmountOverflow,
  checked,
  clamp,
  exponentInBooks,
  exponentOf,
  fitsInto64Bits,
  floorDivide,
  formatMoney,
  inMajorUnits,
  largestAmount,
  sum,
  toDecimal,
} from "../../src/domain/money.ts";

describe("decimals of a currency, as its provider counts it", () => {
  test.each([
    // Currency, decimals at Paddle, decimals at Stripe; undefined: the provider does not have it.
    ["USD", 2, 2],
    ["EUR", 2, 2],
    ["GBP", 2, 2],
    ["JPY", 0, 0],
    ["KRW", 0, 0],
    ["CLP", 0, 0],
    ["VND", 0, 0],
    ["HUF", 2, 2],
    ["TWD", 2, 2],
    ["ISK", undefined, 2],
    ["UGX", undefined, 2],
    ["KWD", undefined, 3],
    ["BHD", undefined, 3],
    ["XAF", undefined, 0],
    ["XYZ", undefined, undefined],
    ["usd", undefined, undefined],
    ["", undefined, undefined],
  ])("%s has %s at Paddle and %s at Stripe", (currency, paddle, stripe) => {
    expect(exponentOf("paddle", currency)).toBe(paddle);
    expect(exponentOf("stripe", currency)).toBe(stripe);
  });
});

describe("amounts as people read them", () => {
  test.each([
    [499n, 2, "4.99"],
    [5n, 2, "0.05"],
    [0n, 2, "0.00"],
    [-5n, 2, "-0.05"],
    [-499n, 2, "-4.99"],
    [499n, 0, "499"],
    [-499n, 0, "-499"],
    [1n, 3, "0.001"],
    [123_456n, 3, "123.456"],
    // 2^53 + 1: a float would lose the last digit.
    [9_007_199_254_740_993n, 2, "90071992547409.93"],
  ])("%s at exponent %s is %s", (amount, exponent, decimal) => {
    expect(toDecimal(amount, exponent)).toBe(decimal);
  });

  test.each([
    [499n, "USD", 2, "$4.99"],
    [-499n, "USD", 2, "-$4.99"],
    [1_234_567n, "EUR", 2, "€12,345.67"],
    [499n, "JPY", 0, "¥499"],
    // Stripe counts ISK in hundredths, though ISO has no decimals for it.
    [49_900n, "ISK", 2, "ISK 499.00"],
    [9_007_199_254_740_993n, "USD", 2, "$90,071,992,547,409.93"],
  ])("%s of %s at exponent %s reads %s", (amount, currency, exponent, text) => {
    expect(formatMoney(amount, currency, exponent).replace("\u00a0", " ")).toBe(text);
  });
});

describe("arithmetic", () => {
  test.each([
    [7n, 2n, 3n],
    [6n, 2n, 3n],
    [-7n, 2n, -4n],
    [-6n, 2n, -3n],
    [0n, 5n, 0n],
    [-1n, 1999n, -1n],
  ])("%s ÷ %s, rounded toward −∞, is %s", (numerator, denominator, quotient) => {
    expect(floorDivide(numerator, denominator)).toBe(quotient);
  });

  test("a sum of nothing is 0, and a clamp holds both ends", () => {
    expect(sum([])).toBe(0n);
    expect([-1n, 3n, 9n].map((amount) => clamp(amount, 0n, 5n))).toEqual([0n, 3n, 5n]);
  });

  test("what does not fit into 64 bits cannot be booked", () => {
    expect(checked(largestAmount)).toBe(9_223_372_036_854_775_807n);
    expect(() => checked(largestAmount + 1n)).toThrow(AmountOverflow);
    expect(fitsInto64Bits(-largestAmount)).toBe(true);
    expect(fitsInto64Bits(-largestAmount - 1n)).toBe(false);
  });
});

describe("minor units as people write them", () => {
  test.each([
    ["499", "USD", "4.99"],
    ["-5", "EUR", "-0.05"],
    ["0", "USD", "0.00"],
    ["1999", "JPY", "1999"],
    ["-1999", "KRW", "-1999"],
    ["1999", "KWD", "1.999"],
    ["5", "BHD", "0.005"],
    ["0.619", "USD", "0.00619"],
    ["0.5", "JPY", "0.5"],
    ["12.25", "KWD", "0.01225"],
    ["-9007199254740993", "USD", "-90071992547409.93"],
    ["9223372036854775807", "JPY", "9223372036854775807"],
  ])("%s of %s are %s", (minor, currency, major) => {
    expect(inMajorUnits(minor, exponentInBooks(currency))).toBe(major);
  });

  // Only Stripe has these, and the books have what Stripe states.
  test.each([
    ["ISK", 2],
    ["UGX", 2],
    ["MGA", 0],
  ])("%s has %d decimals in the books", (currency, exponent) => {
    expect(exponentInBooks(currency)).toBe(exponent);
  });

  test("where both of our providers know a currency they count it alike", () => {
    for (const currency of Intl.supportedValuesOf("currency")) {
      const atPaddle = exponentOf("paddle", currency);
      if (atPaddle !== undefined) expect([currency, atPaddle]).toEqual([currency, exponentInBooks(currency)]);
    }
  });
});
