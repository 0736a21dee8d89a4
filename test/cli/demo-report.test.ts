import { describeDemo } from "../../src/cli/demo-report.ts";
import type { Row } from "../../src/cli/target.ts";

const amounts = ["total", "credit_applied", "grand_total", "collected", "topped_up", "taken_back"];
const charge: Row = {
  id: "chg_1",
  ref: "txn_01krbct5p0xsam80xdfatcvh32",
  status: "paid",
  reversal: "partially_refunded",
  currency: "EUR",
  ...Object.fromEntries(amounts.map((name) => [name, "208800"])),
};
const result = {
  posts: [],
  charges: [charge, { ...charge, ref: "txn_abc123" }],
  wallets: [],
  audit: { ok: true, complete: true, checked: {}, problems: [] },
};
const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

test("the demo's tables fit into 120 columns", () => {
  const shown = describeDemo(result, 120);
  expect(widest(shown)).toBeLessThanOrEqual(120);
  expect(shown).toContain("│ txn_01krbct5… │");
  expect(shown).toContain("│ txn_abc123    │");
});

test.each([200, undefined])("ids are shown whole where there is room: %p columns", (columns) => {
  expect(describeDemo(result, columns)).toContain("│ txn_01krbct5p0xsam80xdfatcvh32 │");
});
