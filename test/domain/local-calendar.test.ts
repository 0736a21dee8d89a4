import { monthIn } from "../../src/domain/local-calendar.ts";
import { formatInstant } from "../../src/domain/time.ts";

test.each([
  ["2026-10", "UTC", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"],
  ["2026-12", "UTC", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  // Summer time ends within the month.
  ["2026-10", "Europe/Berlin", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"],
  ["2026-03", "America/New_York", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"],
  ["2026-02", "Pacific/Kiritimati", "2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z"],
  ["2026-02", "Asia/Kolkata", "2026-01-31T18:30:00Z", "2026-02-28T18:30:00Z"],
  // Midnight of the first did not exist: at 00:00 the clocks went to 01:00.
  ["1985-04", "Asia/Amman", "1985-03-31T22:00:00Z", "1985-04-30T21:00:00Z"],
])("%s in %s is from %s to before %s", (name, zone, from, to) => {
  const month = monthIn(name, zone);
  expect(month && [formatInstant(month.from), formatInstant(month.to)]).toEqual([from, to]);
});

test.each([
  ["2026-13", "UTC"],
  ["2026-00", "UTC"],
  ["2026-1", "UTC"],
  ["2026-10-01", "UTC"],
  ["9999-01", "UTC"],
  ["2026-10", "Europe/Nowhere"],
  ["2026-10", ""],
])("there is no %s in %j", (name, zone) => {
  expect(monthIn(name, zone)).toBeUndefined();
});
