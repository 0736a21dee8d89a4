import { Books } from "../../../src/domain/books.ts";
import { defaultPolicy } from "../../../src/domain/policy/policy.ts";
import { conclude } from "../../../src/domain/reconciling/conclude.ts";
import type { Level } from "../../../src/domain/reconciling/level.ts";
import type { ReconciledRow } from "../../../src/domain/reconciling/reconciled-row.ts";
import { resolveDiscrepancy } from "../../../src/domain/reconciling/resolve.ts";
import { walletIds } from "../../support/wallet-ids.ts";

const balance = "assets:provider:paddle:default:balance";

/** The provider says so much, and we nothing. */
function stated(kind: string, amount: bigint): ReconciledRow {
  const left = { currency: "USD", amount };
  const shown = { key: "REM-1", claim: null, subject: null, detail: {}, at: 10n, dueAt: 20n } as const;
  return { ...shown, class: "missing_here", kind, left, right: null };
}

/** Books in which that is open. */
function opened(level: Level, row: ReconciledRow) {
  const about = { provider: "paddle", account: "default", level, now: 100n } as const;
  const [change] = conclude(row, [], about).changes;
  if (change === undefined) throw new Error("It opened nothing.");
  const { discrepancy } = change;
  const books = new Books(walletIds);
  books.load({ discrepancies: [[discrepancy.id, { discrepancy, corrections: 0, standing: [] }]] });
  return { books, discrepancy };
}

function posted(level: Level, row: ReconciledRow) {
  const { books, discrepancy } = opened(level, row);
  const decision = { resolution: "posted", reason: "the bank has it", by: "Ada" } as const;
  const request = { ...decision, id: discrepancy.id, amount: null, account: "assets:bank" };
  expect(resolveDiscrepancy(books, request, { policy: defaultPolicy, now: 200n }).kind).toBe("resolved");
  return books.entries[0]?.postings.map(({ account, amount }) => [account, amount]);
}

test.each<[string, Level, ReconciledRow, bigint]>([
  [
    "a payout nobody told of left the balance for the bank",
    "payout",
    stated("payout_missing", 4800n),
    -4800n,
  ],
  ["a payout that was larger took more", "payout", stated("payout_differs", 100n), -100n],
  ["one that the provider does not know never left", "payout", stated("payout_unknown_there", -4800n), 4800n],
  ["a row of a payout that is nobody's is in the balance", "payout", stated("row_unattributed", 300n), 300n],
  ["and so is a row that settles nothing of ours", "settlement", stated("row_missing", 300n), 300n],
])("%s", (_, level, row, amount) => {
  expect(posted(level, row)).toEqual([
    [balance, amount],
    ["assets:bank", -amount],
  ]);
});

describe("what is written off, of a difference of 300 where the policy allows 120", () => {
  const policy = { ...defaultPolicy, writeOffLimit: { USD: 120n } };
  const decide = (resolution: "written_off" | "posted", amount: bigint | null) => {
    const { books, discrepancy } = opened("settlement", stated("row_missing", 300n));
    const account = resolution === "posted" ? "assets:bank" : null;
    const request = {
      id: discrepancy.id,
      resolution,
      amount,
      account,
      reason: "too small to ask",
      by: "Ada",
    };
    const { kind, ...more } = resolveDiscrepancy(books, request, { policy, now: 200n });
    return { kind, ...more, entries: books.entries.map(({ postings }) => postings.map((one) => one.amount)) };
  };
  const refused = {
    kind: "amount_invalid",
    largest: { currency: "USD", amount: 120n },
    entries: [],
  };

  test.each([null, 121n, 300n])(
    "is refused with what may be at most, and nothing is posted: %s",
    (amount) => {
      expect(decide("written_off", amount)).toEqual(refused);
    },
  );

  test("may be as much as the limit, and is that", () => {
    expect(decide("written_off", 120n)).toMatchObject({ kind: "resolved", entries: [[120n, -120n]] });
  });

  test("is limited in that currency, and posting to an account is not", () => {
    expect(decide("posted", null)).toMatchObject({ kind: "resolved", entries: [[300n, -300n]] });
  });
});
