import { statedCredits } from "../paddle/stated-lists.ts";
import type { Random } from "../random.ts";
import type { StatedRow } from "../restatement.ts";
import type { World } from "../world.ts";
import { everythingIsTold, type Plan } from "./planted-break.ts";
import { addDigits, addNumbers } from "./row-changes.ts";

/** Somebody at the provider gave a customer credit, or took some, and no document tells of it. */
export function changedCustomerBalances(world: World, random: Random): Plan[] {
  const amount = () => BigInt(random.integer(1, 90) * 10);
  const finalized = new Set(
    world.stripe.invoices.flatMap(({ finalizedAt, terms }) =>
      finalizedAt === null ? [] : [terms.customerRef],
    ),
  );
  const stripe = world.stripe.customers
    .filter(({ id }) => finalized.has(id))
    .map(({ id, taxation }) => {
      const given = random.chance(0.5) ? amount() : -amount();
      return changed("stripe", { id, currency: taxation.currency, list: "customers" }, given, withBalance);
    });
  const paddle = statedCredits(world).map(({ customer_id, currency_code }) => {
    const customer = { id: String(customer_id), currency: String(currency_code), list: "credit-balances" };
    return changed("paddle", customer, amount(), withCredit);
  });
  return [...stripe, ...paddle];
}

interface Customer {
  readonly id: string;
  readonly currency: string;
  readonly list: string;
}

function changed(
  provider: "paddle" | "stripe",
  { id, currency, list }: Customer,
  given: bigint,
  change: (row: StatedRow, given: bigint) => StatedRow,
): Plan {
  return {
    planted: {
      kind: "changed_customer_balance",
      provider,
      level: "customer_credit",
      discrepancy: "customer_credit_differs",
      key: `${id}:${currency}`,
      currency,
      amount: given,
      echoes: [],
    },
    touches: [id],
    isSilent: everythingIsTold,
    stated: [{ provider, list, key: id, restate: (row) => [change(row, given)] }],
    before: [],
  };
}

/** Stripe's sign: credit is negative in `balance`. */
function withBalance(row: StatedRow, given: bigint): StatedRow {
  const { balance } = addNumbers(row, ["balance"], -given);
  const byCurrency = balance === 0 ? {} : { [String(row.currency)]: -Number(balance) };
  return { ...row, balance: balance ?? 0, invoice_credit_balance: byCurrency };
}

function withCredit(row: StatedRow, given: bigint): StatedRow {
  return { ...row, balance: addDigits(row.balance as StatedRow, ["available"], given) };
}
