import type { Charge } from "../../../src/domain/charge/charge.ts";
import { heldSettlements } from "../../../src/domain/reconciling/held-objects.ts";
import { figureKinds, type Rules, reconciled } from "../../../src/domain/reconciling/reconciled-row.ts";
import { Desk, day, document, line } from "../build.ts";

const rules: Rules = {
  total: "net",
  figures: ["gross", "fee", "tax", "net"],
  kinds: figureKinds,
  timeTolerance: 0n,
  comparesState: true,
  grace: day(2) - day(1),
  patience: day(62) - day(0),
  missingHere: () => "row_missing_here",
  missingThere: () => "row_missing_there",
};

/** What becomes of a document that Paddle's payout report does not state, long after it should have. */
function classOf(of: Parameters<typeof document>[0]) {
  const { charge } = new Desk().tell(document(of)).record();
  const [held = null] = heldSettlements(charge as Charge, day(1));
  return reconciled(null, held, { rules, now: day(1000) }).class;
}

test("a document that gave credit is credit not drawn, and no money on its way", () => {
  expect(classOf({ lines: [line("a", -88_125n)], fee: null })).toBe("credit_not_drawn");
});

test("one whose fee Paddle has not stated yet is pending, however old", () => {
  expect(classOf({ fee: null })).toBe("pending");
});
