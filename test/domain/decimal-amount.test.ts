import fc from "fast-check";
import { readDecimalAmount } from "../../src/domain/money.ts";

test.each<[text: string, exponent: number, read: bigint | string]>([
  ["19.99", 2, 1999n],
  ["-19.99", 2, -1999n],
  ["19.9", 2, 1990n],
  ["19", 2, 1900n],
  ["0.07", 2, 7n],
  ["-0.07", 2, -7n],
  ["1500", 0, 1500n],
  ["1500.00", 0, 1500n],
  ["1.234", 3, 1234n],
  [" 4.10 ", 2, 410n],
  ["19.991", 2, "amount_too_precise"],
  ["1500.5", 0, "amount_too_precise"],
  ["19,99", 2, "decimal_comma"],
  ["1.019,99", 2, "decimal_comma"],
  ["1,019.99", 2, "amount_invalid"],
  ["1e3", 2, "amount_invalid"],
  ["", 2, "amount_invalid"],
  ["$5", 2, "amount_invalid"],
  ["=1+1", 2, "amount_invalid"],
  [".5", 2, "amount_invalid"],
  ["92233720368547758.07", 2, 9223372036854775807n],
  ["92233720368547758.08", 2, "amount_out_of_range"],
])("%j with %i decimals is %s", (text, exponent, read) => {
  expect(readDecimalAmount(text, exponent)).toBe(read);
});

test("every amount is read back from its decimals, which no binary fraction could promise", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n - 2n ** 63n, max: 2n ** 63n - 1n }),
      fc.constantFrom(0, 2, 3),
      (amount, exponent) => {
        const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, "0");
        const cut = digits.length - exponent;
        const text = `${amount < 0n ? "-" : ""}${digits.slice(0, cut)}${exponent === 0 ? "" : `.${digits.slice(cut)}`}`;
        expect(readDecimalAmount(text, exponent)).toBe(amount);
      },
    ),
  );
});
