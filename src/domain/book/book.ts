import { chargeAt, documentMoments, movementAt, movementMoments } from "../charge/as-of.ts";
import type { Charge } from "../charge/charge.ts";
import type { Movement } from "../charge/movement.ts";
import type { Amount } from "../money.ts";
import { endOfQuarter, type Instant } from "../time.ts";
import { accounts } from "./accounts.ts";
import { merchantOfRecord } from "./book-merchant-of-record.ts";
import { ownSale, providersSale } from "./book-own.ts";
import type { Template } from "./book-template.ts";
import { type InBooks, inBooksSince, returningToOpening } from "./books-start.ts";
import { DatedBalances } from "./dated.ts";
import { Balances } from "./journal.ts";
import type { Settled } from "./settled.ts";

/** What decides which parts of a charge are booked at all. */
export interface BookOptions {
  readonly settledAt: Instant | null;
  /** What happened before this is in the opening entry. */
  readonly booksStartAt: Instant | null;
}

/**
 * What the ledger should say of the provider's side of this charge: a sum per account and quarter of an hour, balanced per
 * currency. Each part of it is asked what it comes to at each moment at which it changes, and dated by what it changes by.
 */
export function book(charge: Charge, { settledAt, booksStartAt }: BookOptions): DatedBalances {
  const target = new DatedBalances();
  const template = templateOf(charge);
  const inBooks = inBooksSince(booksStartAt);
  const isSettled = (at: Instant) => settledAt !== null && settledAt <= at;
  // What of an earlier sale is heard of since moves our balance; nothing of the sale itself is in these books.
  const isEarlierSale = settledAt !== null && !inBooks(settledAt);
  const sinceStart = { charge, inBooks };
  const bookDocument = (part: Balances, at: Instant) => {
    const then = chargeAt(charge, settledAt, at);
    if (isSettled(at)) template.document(then, part, isEarlierSale ? inBooksSince(null) : inBooks);
    else template.collected(then, part, inBooks);
  };
  addPart(target, documentMoments(charge, settledAt), bookDocument, isEarlierSale ? sinceStart : null);
  const returning = returningSince(charge, booksStartAt);
  for (const movement of charge.movements)
    addMovement(target, movement, charge, { settledAt, inBooks, returning });
  return target;
}

/** The part of it that is one movement's. */
export function bookOfMovement(
  charge: Charge,
  movement: Movement,
  { settledAt, booksStartAt }: BookOptions,
): DatedBalances {
  const target = new DatedBalances();
  const returning = returningSince(charge, booksStartAt);
  addMovement(target, movement, charge, { settledAt, inBooks: inBooksSince(booksStartAt), returning });
  return target;
}

const returningSince = (charge: Charge, booksStartAt: Instant | null) =>
  booksStartAt === null ? null : returningToOpening(charge, inBooksSince(booksStartAt));

interface Counting extends Pick<BookOptions, "settledAt"> {
  readonly inBooks: InBooks;
  /** What comes back from before the books began; `null`: they have always been kept. */
  readonly returning: ReturnType<typeof returningSince>;
}

function addMovement(
  target: DatedBalances,
  movement: Movement,
  charge: Charge,
  { settledAt, inBooks, returning }: Counting,
): void {
  // A credit that lowers an unpaid document belongs to that document, and is booked with it.
  const counts = movement.toCustomerBalance === false ? settledAt : movement.occurredAt;
  if (counts === null) return;
  const template = templateOf(charge);
  const isSettled = (at: Instant) => settledAt !== null && settledAt <= at;
  const bookMovement = (part: Balances, at: Instant) => {
    const then = movementAt(movement, at);
    const counted = movement.toCustomerBalance === false ? isSettled(at) : true;
    if (!counted) return;
    if (then.effective) template.movement(chargeAt(charge, settledAt, at), then, part, isSettled(at));
    else template.undone(charge, then, part);
  };
  const isEarlier = !inBooks(counts) || returning?.has(movement.id) === true;
  const sinceStart = isEarlier ? { charge, inBooks } : null;
  addPart(target, movementMoments(movement, charge, settledAt), bookMovement, sinceStart);
}

interface SinceStart {
  readonly charge: Charge;
  readonly inBooks: InBooks;
}

/**
 * Adds what a part comes to at each of these moments, less what it came to before. Of something from before the books
 * began (`earlier`) only what happens to it since is in them: by our balance, against what that was opened with.
 */
function addPart(
  target: DatedBalances,
  moments: readonly Instant[],
  bookAt: (part: Balances, at: Instant) => void,
  earlier: SinceStart | null,
): void {
  let before: Balances | null = null;
  for (const moment of moments) {
    const part = new Balances();
    bookAt(part, endOfQuarter(moment));
    const step = before === null ? part : part.minus(before);
    if (earlier === null) target.add(moment, step);
    else if (earlier.inBooks(moment)) target.add(moment, againstOpening(step, earlier.charge));
    before = part;
  }
}

function againstOpening(step: Balances, { key }: Charge): Balances {
  const balance = accounts.balance(key);
  const booked = new Balances();
  for (const { account, currency, amount } of step.postings()) {
    if (account !== balance) continue;
    booked.add(balance, currency, amount);
    booked.add(accounts.providerOpening(key), currency, -amount);
  }
  return booked;
}

/** What the provider settles with us for a charge, as it is booked once the charge settles. */
export const settledOf = (charge: Charge): Settled | null => templateOf(charge).settled(charge);

/** The same for one of its movements, as it is booked once it takes effect. */
export const movementSettledOf = (charge: Charge, movement: Movement): Settled | null =>
  templateOf(charge).movementSettled(charge, movement);

/** The tax that goes back by a movement: of our own sales, by what the tax we owe falls. */
export const taxBackBy = (charge: Charge, movement: Movement): Amount => templateOf(charge).taxBack(movement);

/** Who sells to the customer, and owes the tax in it. */
export const merchants = ["provider", "company"] as const;
export type Merchant = (typeof merchants)[number];

/** `null` of a document that nobody has told yet: what it is may say who sold it. */
export function merchantOfRecordOf(charge: Charge): Merchant | null {
  if (templateOf(charge) !== ownSale) return "provider";
  return charge.kind === "unseen" ? null : "company";
}

/** Who the seller is shows in the document, or is told of its sale; what goes back on an unseen one is booked by how the provider tells it. */
function templateOf({ kind, linked }: Charge): Template {
  switch (kind) {
    case "transaction":
      return merchantOfRecord;
    case "invoice":
    case "charge":
      return linked?.providerSells ? providersSale : ownSale;
    case "unseen":
      return linked === null ? merchantOfRecord : linked.providerSells ? providersSale : ownSale;
    default:
      return kind satisfies never;
  }
}
