import { describeDemo } from "../../src/cli/demo.ts";
import type { ApiRow } from "../../src/cli/kit/target.ts";

const amounts = ["total", "credit_applied", "grand_total", "collected", "topped_up", "taken_back"];
const charge: ApiRow = {
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

test("ids are shown whole where there is room", () => {
  expect(describeDemo(result, 200)).toContain("│ txn_01krbct5p0xsam80xdfatcvh32 │");
});

describe("in 80 columns the demo tells its story", () => {
  const seed = { ...charge, ref: "txn_abc123", reversal: "none", wallet_id: "wal_7", credit_applied: "1500" };
  const charges = [
    ...Array.from({ length: 30 }, (_, no) => ({ ...charge, ref: `txn_${no}`, credit_applied: "0" })),
    seed,
  ];
  const wallets = Array.from({ length: 31 }, (_, no) => ({
    id: `wal_${no}`,
    owner: `paddle:ctm_01kzjzqqt84j2zyjcw25b9p1z9${no}`,
    currency: "USD",
    balance: "208800",
    available: "208800",
    recovery: "0",
  }));
  const told = describeDemo({ ...result, charges, wallets }, 80);

  test("nothing is wider", () => expect(widest(told)).toBeLessThanOrEqual(80));

  test("the seed charge comes first, then ten rows in all, and how many more there are", () => {
    const lines = told.split("\n");
    const first = lines.findIndex((line) => line.startsWith("charge "));
    expect(lines[first + 1]).toMatch(/^txn_abc123 +paid/);
    expect(lines[first + 11]).toBe("… and 21 more.");
    expect(lines.at(-1)).toBe("… and 21 more.");
  });

  test("of the wallets the seed charge's comes first", () => {
    const owned = wallets.map((wallet) => (wallet.id === "wal_7" ? { ...wallet, owner: "acme" } : wallet));
    const lines = describeDemo({ ...result, charges, wallets: owned }, 80).split("\n");
    expect(lines[lines.findIndex((line) => line.startsWith("owner ")) + 1]).toMatch(/^acme /);
  });
});
