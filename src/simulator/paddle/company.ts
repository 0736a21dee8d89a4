import type { Instant } from "../../domain/time.ts";
import { nothingOmitted, type Omissions } from "../../testing/paddle/transaction-body.ts";
import { type Json, paddleEvent, unixSeconds } from "../../testing/written.ts";
import { hours, minutes, nextMonth, seconds } from "../calendar.ts";
import { type Article, payoutCurrency } from "../catalogue.ts";
import type { Emission } from "../emission.ts";
import type { Random } from "../random.ts";
import { ProviderAccount } from "../true-books.ts";
import type { Adjustment } from "./adjustment.ts";
import { amountOf, type BalanceMovement } from "./balance-movement.ts";
import type { PaddleCustomer } from "./customer.ts";
import type { Price } from "./line.ts";
import { adjustmentBody, transactionBody } from "./shown.ts";
import type { Transaction } from "./transaction.ts";

export interface Payout {
  readonly id: string;
  readonly amount: bigint;
  readonly remittanceReference: string;
  /** It pays what moved before this moment. */
  readonly cutAt: Instant;
  readonly createdAt: Instant;
  readonly paidAt: Instant;
}

/** What a bank transfer abroad costs, in the payout currency. */
const swiftFee = 1500n;

const crockford = "0123456789abcdefghjkmnpqrstvwxyz";

/** The company's account with Paddle: what it sold there, what was said of it, and what Paddle owes it. */
export class PaddleCompany {
  readonly emissions: Emission[] = [];
  readonly customers: PaddleCustomer[] = [];
  readonly transactions: Transaction[] = [];
  readonly adjustments: Adjustment[] = [];
  readonly payouts: Payout[] = [];
  /** Everything that changed what Paddle owes, but for the payouts themselves. */
  readonly movements: BalanceMovement[] = [];
  /** What no event and no list tells of that account: Paddle's own fees and rebates. */
  readonly untold = new ProviderAccount("assets:provider:paddle:default:balance");
  readonly account = new ProviderAccount("assets:provider:paddle:default:balance");
  readonly #random: Random;
  readonly #prices = new Map<Article, Price>();
  #invoices = 10_000;

  readonly #eventful: boolean;

  constructor(random: Random, { eventful }: { readonly eventful: boolean }) {
    this.#random = random;
    this.#eventful = eventful;
  }

  /** Chance of what happens to few, apart from all other; `null` where only the usual happens. */
  rarely(part: string): Random | null {
    return this.#eventful ? this.#random.fork(part) : null;
  }

  /** An id as Paddle makes them: a prefix, the time in milliseconds, and chance, in base 32. */
  id(prefix: string, at: Instant): string {
    let milliseconds = Number(at / 1_000_000n);
    let time = "";
    for (let digit = 0; digit < 10; digit += 1) {
      time = crockford[milliseconds % 32] + time;
      milliseconds = Math.floor(milliseconds / 32);
    }
    return `${prefix}_${time}${this.#random.text(crockford, 16)}`;
  }

  priceOf(article: Article, since: Instant): Price {
    const known = this.#prices.get(article);
    if (known !== undefined) return known;
    const price = { id: this.id("pri", since), productId: this.id("pro", since), article };
    this.#prices.set(article, price);
    return price;
  }

  nextInvoiceNumber(): string {
    this.#invoices += 1;
    return `4711-${this.#invoices}`;
  }

  /** Says something of a transaction as it is now. */
  sayTransaction(
    event: string,
    at: Instant,
    transaction: Transaction,
    omitted: Omissions = nothingOmitted,
  ): void {
    transaction.updatedAt = at - seconds(0.3);
    this.#say(`transaction.${event}`, at, transactionBody(transaction, omitted));
  }

  sayAdjustment(event: "created" | "updated", at: Instant, adjustment: Adjustment): void {
    this.#say(`adjustment.${event}`, at, adjustmentBody(adjustment));
  }

  /** Paddle owes more or less from a moment on. */
  move(movement: BalanceMovement): void {
    const account = movement.kind === "sale" || movement.kind === "adjustment" ? this.account : this.untold;
    this.movements.push(movement);
    account.change(movement.at, payoutCurrency, amountOf(movement));
  }

  /** On the first of every month Paddle makes a payout of what it owes, and pays it two weeks later. */
  payOut(since: Instant, until: Instant): void {
    for (let at = nextMonth(since); at < until; at = nextMonth(at)) {
      if (this.#owed(at) <= swiftFee) continue;
      if (this.payouts.length % 3 === 1) this.move({ kind: "rebate", at: at - hours(30), amount: 250n });
      this.move({ kind: "swift_fee", at: at - seconds(1), amount: -swiftFee });
      const amount = this.#owed(at);
      const createdAt = at + minutes(90);
      const payout = {
        id: this.id("pay", createdAt),
        amount,
        remittanceReference: `rem_${unixSeconds(createdAt)}`,
        cutAt: at,
        createdAt,
        paidAt: createdAt + minutes(60 * 24 * 13),
      };
      this.payouts.push(payout);
      this.account.change(createdAt, payoutCurrency, -amount);
      this.#say("payout.created", createdAt, payoutBody(payout, "unpaid"));
      this.#say("payout.paid", payout.paidAt, payoutBody(payout, "paid"));
    }
  }

  #owed(before: Instant): bigint {
    return this.account.balance(payoutCurrency, before) + this.untold.balance(payoutCurrency, before);
  }

  #say(type: string, at: Instant, data: Json): void {
    const id = this.id("evt", at);
    const event = paddleEvent({ id, type, at, notification: this.id("ntf", at) }, data);
    this.emissions.push({ provider: "paddle", id, type, at, body: JSON.stringify(event) });
  }
}

export function payoutBody({ id, amount, remittanceReference }: Payout, status: "unpaid" | "paid"): Json {
  return {
    id,
    amount: amount.toString(),
    status,
    currency_code: payoutCurrency,
    remittance_reference: remittanceReference,
  };
}
