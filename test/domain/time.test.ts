import {
  formatInstant,
  fromUnixMilliseconds,
  fromUnixSeconds,
  isZeroTime,
  parseInstant,
  toUnixMilliseconds,
} from "../../src/domain/time.ts";

const second = 1_000_000_000n;

describe("what the providers write as a time", () => {
  test.each([
    // Seconds since 1970, then nanoseconds.
    ["1970-01-01T00:00:00Z", 0n],
    ["1970-01-01T00:00:00.000000001Z", 1n],
    ["2023-10-18T10:56:33Z", 1_697_626_593n * second],
    ["2023-10-18T10:56:33.696554Z", 1_697_626_593n * second + 696_554_000n],
    ["2023-10-18T10:56:33.115863546Z", 1_697_626_593n * second + 115_863_546n],
    ["2023-10-18T10:56:33.5Z", 1_697_626_593n * second + 500_000_000n],
    // The same moment, written in other zones.
    ["2023-10-18T12:56:33+02:00", 1_697_626_593n * second],
    ["2023-10-18T05:26:33-05:30", 1_697_626_593n * second],
    // Leap days are days.
    ["2024-02-29T00:00:00Z", 1_709_164_800n * second],
    // Before 1970.
    ["1969-12-31T23:59:59.999999999Z", -1n],
    // The last year that fits into 64 bits.
    ["2261-12-31T23:59:59Z", 9_214_646_399n * second],
  ])("%s is read to the nanosecond", (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  test.each([
    ["2023-02-29T00:00:00Z", "a day that does not exist"],
    ["2023-04-31T00:00:00Z", "a day that does not exist"],
    ["2023-13-01T00:00:00Z", "a thirteenth month"],
    ["2023-00-01T00:00:00Z", "no month"],
    ["2023-01-00T00:00:00Z", "no day"],
    ["2023-01-01T24:00:00Z", "an hour that does not exist"],
    ["2023-01-01T23:60:00Z", "a minute that does not exist"],
    ["2023-01-01T23:59:60Z", "a leap second"],
    ["2023-01-01T00:00:00+24:00", "an offset of a whole day"],
    ["2023-01-01T00:00:00+99:99", "an offset that does not exist"],
    ["2023-01-01T00:00:00+02:60", "sixty minutes of offset"],
    ["2023-01-01T00:00:00", "no zone"],
    ["2023-01-01", "a date alone"],
    ["2023-01-01 00:00:00Z", "a space"],
    ["2023-01-01T00:00:00.Z", "a point without digits"],
    ["2023-01-01T00:00:00.1234567890Z", "ten digits"],
    ["0001-01-01T00:00:00Z", "Go's zero time"],
    ["2262-01-01T00:00:00Z", "more than 64 bits"],
    ["1677-12-31T00:00:00Z", "more than 64 bits"],
    ["٢٠٢٣-01-01T00:00:00Z", "other digits"],
    [" 2023-01-01T00:00:00Z", "a space in front"],
    ["", "nothing"],
  ])("%j is refused: %s", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test.each([
    ["0001-01-01T00:00:00Z", true],
    ["0001-01-01T00:00:00.000Z", true],
    ["2001-01-01T00:00:00Z", false],
  ])("%s is never: %s", (text, zero) => {
    expect(isZeroTime(text)).toBe(zero);
  });
});

describe("how we write a time", () => {
  test.each([
    "1970-01-01T00:00:00Z",
    "2023-10-18T10:56:33.696554Z",
    "2023-10-18T10:56:33.115863546Z",
    "2023-10-18T10:56:33.000000001Z",
    "1969-12-31T23:59:59.999999999Z",
    "2261-12-31T23:59:59.1Z",
  ])("%s is written as it was read", (text) => {
    expect(formatInstant(parseInstant(text) as bigint)).toBe(text);
  });

  test("digits that say nothing are left out", () => {
    expect(formatInstant(parseInstant("2023-10-18T10:56:33.500000Z") as bigint)).toBe(
      "2023-10-18T10:56:33.5Z",
    );
  });

  test("seconds and milliseconds since 1970", () => {
    expect(fromUnixSeconds(1_697_626_593)).toBe(1_697_626_593n * second);
    expect(toUnixMilliseconds(fromUnixMilliseconds(1_697_626_593_696))).toBe(1_697_626_593_696);
  });
});
