import type { Charge } from "../charge/charge.ts";
import type { Instant } from "../time.ts";
import { merchantOfRecord } from "./book-merchant-of-record.ts";
import { ownSale } from "./book-own-sale.ts";
import type { Template } from "./book-template.ts";
import { inBooksSince } from "./books-start.ts";
import { Balances } from "./journal.ts";

/** What decides which parts of a charge are booked at all. */
export interface BookOptions {
  readonly settledAt: Instant | null;
  /** What happened before this is in the opening entry. */
  readonly booksStartAt: Instant | null;
}

/** What the ledger should say of the provider's side of this charge: a sum per account, balanced per currency. */
export function book(charge: Charge, { settledAt, booksStartAt }: BookOptions): Balances {
  const target = new Balances();
  const template = templateOf(charge);
  const inBooks = inBooksSince(booksStartAt);
  if (settledAt === null) template.collected(charge, target, inBooks);
  else if (inBooks(settledAt)) template.document(charge, target, inBooks);
  for (const movement of charge.movements) {
    // A credit that lowers an unpaid document belongs to that document, and is booked with it.
    const counts = movement.toCustomerBalance === false ? settledAt : movement.occurredAt;
    if (movement.effective && counts !== null && inBooks(counts))
      template.movement(charge, movement, target, settledAt !== null);
  }
  return target;
}

/** Who the seller is shows in the document; what goes back on an unseen one is booked by how the provider tells it. */
function templateOf({ kind, linked }: Charge): Template {
  switch (kind) {
    case "transaction":
      return merchantOfRecord;
    case "invoice":
    case "charge":
      return ownSale;
    case "unseen":
      return linked === null ? merchantOfRecord : ownSale;
    default:
      return kind satisfies never;
  }
}
