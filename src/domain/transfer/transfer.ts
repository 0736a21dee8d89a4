import { inBooksSince } from "../book/books-start.ts";
import { DatedBalances } from "../book/dated.ts";
import { type Finding, refusedFindings } from "../charge/finding.ts";
import { type Contested, refusedOf } from "../facts/claims.ts";
import type { TransferFact } from "../facts/transfer-facts.ts";
import type { ObjectKey } from "../ids.ts";
import type { Instant } from "../time.ts";
import { bookCreditOpening, type CreditOpening } from "./credit-opening.ts";
import { bookCustomerCash, type CustomerCash, foldCustomerCash } from "./customer-cash.ts";
import { bookOpening, foldOpening, type Opening } from "./opening.ts";
import { bookPayout, foldPayout, type Payout, payoutFindings } from "./payout.ts";
import { bookProviderRow, foldProviderRow, type ProviderRow, providerRowFindings } from "./provider-row.ts";

/** Money that moved without a charge: the fold of its facts; a customer's credit is opened by what the customer's charges say. */
export type Transfer = Payout | CustomerCash | ProviderRow | Opening | CreditOpening;

export interface FoundTransfer {
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
