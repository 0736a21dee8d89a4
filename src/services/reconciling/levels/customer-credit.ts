import type { HeldRow } from "../../../domain/reconciling/held-objects.ts";
import { figureKinds, type Rules, type StatedRow } from "../../../domain/reconciling/reconciled-row.ts";
import { customerCreditsAfter, type HeldCredit } from "../../../store/reconciling/read/held-credits.ts";
import { compareRows } from "../compare-rows.ts";
import { type Comparing, nothingElse, type Plan, pageSize } from "../plan.ts";
import type { Sources } from "../sources.ts";

const differs = "customer_credit_differs";

const rules: Rules = {
  total: "net",
  figures: ["net"],
  kinds: { ...figureKinds, net: differs },
  timeTolerance: null,
  comparesState: false,
  grace: 0n,
  patience: 0n,
  missingHere: () => differs,
  missingThere: () => differs,
};

/**
 * What the provider holds for each customer now, against what the documents we heard of gave and spent. That the ledger has it,
 * where we are the seller, is the level `posting`.
 */
export function customerCredit({ statements, missing, isWhole, mayClose }: Sources): Plan {
  const left = { statements, kinds: ["customer_balance"], without: [] } as const;
  return {
    missing,
    mayClose,
    hasWindow: false,
    found: nothingElse,
    rows: (comparing) =>
      compareRows(comparing, {
        rules,
        left,
        isWhole,
        hasWindow: false,
        held: () => heldCredits(comparing),
        // Whoever we know nothing of owns nothing here.
        heldFor: async (rows) => new Map(rows.map((row) => [row.key, nothingHeld(row)])),
      }),
  };
}

/** As the provider's list names it. */
export const creditKey = (customerRef: string, currency: string) => `${customerRef}:${currency}`;

function nothingHeld({ key, currency, customerRef }: StatedRow): HeldRow {
  return heldCredit({ key, subject: customerRef ?? key, currency, owned: 0n });
}

function heldCredit(held: { key: string; subject: string; currency: string; owned: bigint }): HeldRow {
  const { key, subject, currency, owned } = held;
  return {
    key,
    subject,
    at: null,
    currency,
    gross: null,
    fee: null,
    tax: null,
    net: owned,
    state: null,
    expected: null,
  };
}

/** Nothing here and nothing listed is the same. */
function creditOf({ customerRef, currency, owned }: HeldCredit): HeldRow[] {
  const key = creditKey(customerRef, currency);
  return owned === 0n ? [] : [heldCredit({ key, subject: customerRef, currency, owned })];
}

async function* heldCredits({ services, run }: Comparing): AsyncGenerator<readonly HeldRow[]> {
  const { booksStartAt } = services.policies.current;
  for (let after = ""; ; ) {
    const page = { after, limit: pageSize, booksStartAt };
    const { credits, last } = await customerCreditsAfter(services.store.read, run, page);
    yield credits.flatMap(creditOf);
    if (last === null) return;
    after = last;
  }
}
