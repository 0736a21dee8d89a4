import { accounts } from "../book/accounts.ts";
import { type InBooks, inBooksSince } from "../book/books-start.ts";
import { DatedBalances } from "../book/dated.ts";
import { Balances } from "../book/journal.ts";
import { type Finding, refusedFindings } from "../charge/finding.ts";
import { type Contested, refusedOf } from "../facts/claims.ts";
import { compareStamps } from "../facts/facts.ts";
import type {
  CustomerCashFact,
  OpeningEvidence,
  OpeningFact,
  ProviderRowFact,
  RowAmounts,
  TransferFact,
} from "../facts/transfer-facts.ts";
import { type ObjectKey, type PayoutId, payoutId, type Source } from "../ids.ts";
import type { Amount } from "../money.ts";
import { formatInstant, type Instant } from "../time.ts";
import { bookPayout, foldPayout, type Payout, payoutFindings } from "./payout.ts";

/** Cash that came to a customer's own balance at the provider, or negative that left it. */
interface CustomerCash {
  readonly kind: "customer_cash";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly customerRef: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly at: Instant;
}

function foldCustomerCash(key: ObjectKey, facts: readonly CustomerCashFact[]): CustomerCash {
  const { customerRef, amount, currency, stamp } = facts[0] as CustomerCashFact;
  return {
    kind: "customer_cash",
    id: payoutId(key),
    key,
    customerRef,
    amount,
    currency,
    at: stamp.occurredAt,
  };
}

/**
 * Cash that came in is the customer's, and waits at the provider as what is collected does. Once it pays for a document,
 * that books what it collected, and this is its other side.
 */
function bookCustomerCash(
  { key, customerRef, amount, currency, at }: CustomerCash,
  inBooks: InBooks,
): Balances {
  if (!inBooks(at)) return new Balances();
  return new Balances()
    .add(accounts.unsettled(key), currency, amount)
    .add(accounts.customerCash(key, customerRef), currency, -amount);
}

/** A row of one of the provider's balances that settles no charge. */
export interface ProviderRow
  extends RowAmounts,
    Pick<ProviderRowFact, "meaning" | "category" | "balanceName" | "sourceRef"> {
  readonly kind: "provider_row";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly at: Instant;
}

/** A row never changes, but one who tells it may know better than another what it is. */
function foldProviderRow(key: ObjectKey, facts: readonly ProviderRowFact[]): ProviderRow {
  const isPlaced = ({ meaning }: ProviderRowFact) => Number(meaning !== "unplaced");
  const ordered = facts.toSorted((a, b) => isPlaced(a) - isPlaced(b) || compareStamps(a.stamp, b.stamp));
  const { stamp, ref: _, ...row } = ordered.at(-1) as ProviderRowFact;
  return { ...row, id: payoutId(key), key, at: stamp.occurredAt };
}

/** The balance moves by net; the fee is one, whatever else the row is. */
function bookProviderRow(row: ProviderRow, inBooks: InBooks): Balances {
  const { key, meaning, balanceName, currency, gross, fee, net } = row;
  const target = new Balances();
  if (!inBooks(row.at)) return target;
  target.add(accounts.providerBalance(key, balanceName), currency, net);
  target.add(accounts.fees(key), currency, fee);
  switch (meaning) {
    case "fee":
      return target.add(accounts.fees(key), currency, -gross);
    case "reserve":
      // The provider tells of both its balances: where the row is the reserve's own, this is the same account.
      return target.add(accounts.reserve(key), currency, -gross);
    case "unplaced":
      return target.add(accounts.rowSuspense(key), currency, -gross);
    default:
      return meaning satisfies never;
  }
}

function providerRowFindings(row: ProviderRow, inBooks: InBooks): Finding[] {
  const { meaning, gross, currency, category, key } = row;
  if (meaning !== "unplaced" || gross === 0n || !inBooks(row.at)) return [];
  const detail = { row: key.ref, category, provider_says: gross.toString(), we_say: "0", currency };
  return [{ kind: "row_unplaced", detail }];
}

/** What the provider owed us in one currency at one instant. */
export interface Opening {
  readonly kind: "opening";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly at: Instant;
  readonly evidence: OpeningEvidence;
  readonly currency: string;
  readonly amount: Amount;
}

/** Names the balance of a currency at an instant: each is told apart, so that changing when books begin loses nothing. */
export function openingRef(at: Instant, currency: string): string {
  return `opening:${formatInstant(at)}:${currency}`;
}

/** The provider's own word for its balance is better than our sum of its rows, which may miss one. */
const ranks: Record<OpeningEvidence, number> = { rows: 0, stated: 1 };

function foldOpening(key: ObjectKey, facts: readonly OpeningFact[]): Opening {
  const ordered = facts.toSorted(
    (a, b) => ranks[a.evidence] - ranks[b.evidence] || compareStamps(a.stamp, b.stamp),
  );
  const { at, evidence, currency, amount } = ordered.at(-1) as OpeningFact;
  return { kind: "opening", id: payoutId(key), key, at, evidence, currency, amount };
}

/** Only what is known of the very instant opens the books. */
function bookOpening({ key, at, currency, amount }: Opening, booksStartAt: Instant | null): Balances {
  if (at !== booksStartAt) return new Balances();
  return new Balances()
    .add(accounts.balance(key), currency, amount)
    .add(accounts.providerOpening(key), currency, -amount);
}

/**
 * What the provider held for one customer in one currency when the books began. Nothing states it by itself: it follows from
 * what the customer's documents say of the balance that they found.
 */
export interface CreditOpening {
  readonly kind: "credit_opening";
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly customerRef: string;
  readonly currency: string;
  /** As the customer's: credit is positive, debt negative. */
  readonly amount: Amount;
  /** When the books began. */
  readonly at: Instant;
}

/** The opening of a customer's credit, by what names the credit. */
export function creditOpeningKey({
  provider,
  account,
  customerRef,
  currency,
}: Source & Pick<CreditOpening, "customerRef" | "currency">): ObjectKey {
  return { provider, account, ref: `credit_opening:${customerRef}:${currency}` };
}

export function bookCreditOpening({ key, customerRef, currency, amount }: CreditOpening): Balances {
  return new Balances()
    .add(accounts.customerCredit(key, customerRef), currency, -amount)
    .add(accounts.providerOpening(key), currency, amount);
}

/** Money that moved without a charge: the fold of its facts; a customer's credit is opened by what the customer's charges say. */
export type Transfer = Payout | CustomerCash | ProviderRow | Opening | CreditOpening;

interface FoundTransfer {
  readonly transfer: Transfer;
  readonly target: DatedBalances;
  readonly findings: readonly Finding[];
}

/** A transfer as it is, and as the ledger should have it. Of what is another's by all that was heard, nothing is booked. */
export function transferOf(
  key: ObjectKey,
  { facts, contested }: { readonly facts: readonly TransferFact[]; readonly contested: Contested },
  booksStartAt: Instant | null,
): FoundTransfer {
  const refused = facts.flatMap((fact) => refusedOf(fact, contested));
  const standing = facts.filter((fact) => refusedOf(fact, contested).length === 0);
  const told = refusedFindings(refused);
  if (standing.length === 0)
    return { transfer: foldTransfer(key, facts), target: new DatedBalances(), findings: told };
  const transfer = foldTransfer(key, standing);
  const findings = [...told, ...transferFindings(transfer, booksStartAt)];
  return { transfer, target: bookTransfer(transfer, booksStartAt), findings };
}

export function foldTransfer(key: ObjectKey, facts: readonly TransferFact[]): Transfer {
  const [first] = facts;
  if (first === undefined) throw new Error("A transfer cannot be folded from no facts.");
  const like = <Kind extends TransferFact["kind"]>(kind: Kind) =>
    facts.filter((fact): fact is Extract<TransferFact, { kind: Kind }> => fact.kind === kind);
  switch (first.kind) {
    case "payout":
    case "payout_row":
      return foldPayout(key, like("payout"), like("payout_row"));
    case "customer_cash":
      return foldCustomerCash(key, like("customer_cash"));
    case "provider_row":
      return foldProviderRow(key, like("provider_row"));
    case "opening":
      return foldOpening(key, like("opening"));
    default:
      return first satisfies never;
  }
}

/** What the ledger should say of it in books that begin at this instant; `null`: from the beginning. */
export function bookTransfer(transfer: Transfer, booksStartAt: Instant | null): DatedBalances {
  const inBooks = inBooksSince(booksStartAt);
  switch (transfer.kind) {
    case "payout":
      return bookPayout(transfer, inBooks);
    case "customer_cash":
      return DatedBalances.at(transfer.at, bookCustomerCash(transfer, inBooks));
    case "provider_row":
      return DatedBalances.at(transfer.at, bookProviderRow(transfer, inBooks));
    case "opening":
      return DatedBalances.at(transfer.at, bookOpening(transfer, booksStartAt));
    case "credit_opening":
      return DatedBalances.at(transfer.at, bookCreditOpening(transfer));
    default:
      return transfer satisfies never;
  }
}

/** What a person has to look at. */
export function transferFindings(transfer: Transfer, booksStartAt: Instant | null): Finding[] {
  const inBooks = inBooksSince(booksStartAt);
  switch (transfer.kind) {
    case "payout":
      return payoutFindings(transfer, inBooks);
    case "provider_row":
      return providerRowFindings(transfer, inBooks);
    case "customer_cash":
    case "opening":
    case "credit_opening":
      return [];
    default:
      return transfer satisfies never;
  }
}
