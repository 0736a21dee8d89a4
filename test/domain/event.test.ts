import { notDismissed, type StoredOutcome, stillDismissed } from "../../src/domain/event.ts";

describe("a mark that says that nothing is to be done about an event", () => {
  const mark = { dismissedAt: 1n, dismissedReason: "a test of theirs" };
  test.each<[StoredOutcome, object]>([
    ["parked", mark],
    ["failed", mark],
    ["applied", notDismissed],
    ["waiting", notDismissed],
    ["ignored", notDismissed],
  ])("on one that is %s is %j", (outcome, left) => {
    expect(stillDismissed({ outcome, ...mark })).toEqual({ outcome, ...left });
  });
});
