import fc from "fast-check";
import { type HoldId, holdId, type WalletId, walletId } from "../../src/domain/ids.ts";
import { debitByHand, grantByHand } from "../../src/services/book-by-hand.ts";
import { releaseHold, settleHold, type UsedOfHold } from "../../src/services/close-hold.ts";
import { placeHold } from "../../src/services/place-hold.ts";
import { readLots } from "../../src/services/read-wallets.ts";
import { sweep } from "../../src/services/sweep.ts";
import { engines } from "../support/engines.ts";
import { type Composed, closeAll, lineOf, saleOf, transactionEvent } from "./composed.ts";
import { metered, problems, refundOf, usageOf, use, walletOf } from "./spending.ts";
import { WalletModel } from "./wallet-model.ts";

/** The long form: `MODEL_RUNS=5000 npm run -s jest -- test/services/spending-model.test.ts`. */
const numRuns = Number(process.env.MODEL_RUNS ?? 40);
import.meta.jest.setTimeout(60_000 + numRuns * 2_000);

afterEach(closeAll);

const amount = fc.integer({ min: 1, max: 60 });
const which = fc.nat(7);
const step = fc.oneof(
  fc.record({ do: fc.constant("topUp" as const), amount }),
  fc.record({
    do: fc.constant("grant" as const),
    amount,
    kind: fc.constantFrom("paid" as const, "promo" as const),
    seconds: fc.constantFrom(null, 5, 20),
    priority: fc.constantFrom(0, 1),
  }),
  fc.record({ do: fc.constant("use" as const), quantity: fc.nat(60), isRepeated: fc.boolean() }),
  fc.record({ do: fc.constant("debit" as const), amount }),
  fc.record({ do: fc.constant("hold" as const), amount, seconds: fc.constantFrom(3, 15) }),
  fc.record({ do: fc.constant("settle" as const), which, amount: fc.nat(60), isRepeated: fc.boolean() }),
  fc.record({ do: fc.constant("release" as const), which }),
  fc.record({
    do: fc.constant("wait" as const),
    seconds: fc.integer({ min: 1, max: 8 }),
    isSwept: fc.boolean(),
  }),
  fc.record({ do: fc.constant("refund" as const), which, share: fc.constantFrom(2, 3, 1) }),
  fc.record({ do: fc.constant("restore" as const), which }),
);
type Step = typeof step extends fc.Arbitrary<infer Drawn> ? Drawn : never;

interface Sale {
  readonly index: number;
  readonly amount: number;
  refunded: number;
  state: "paid" | "refunded" | "restored";
}

/** One customer's life, told to the program and to the model alike. */
class Life {
  readonly model = new WalletModel();
  readonly #sales: Sale[] = [];
  readonly #books: Composed;
  readonly #customer: number;
  readonly #wallet: WalletId;
  #usage = 0;

  constructor(books: Composed, customer: number) {
    this.#books = books;
    this.#customer = customer;
    this.#wallet = walletId(`paddle:ctm_${customer}`, "USD");
  }

  async live(steps: readonly Step[]): Promise<void> {
    await this.take({ do: "topUp", amount: 30 });
    for (const one of steps) {
      await this.take(one);
      await this.expectSame();
    }
    await this.#expectSameLots();
  }

  async take(taken: Step): Promise<void> {
    const { model } = this;
    const { clock, tallyhook } = this.#books;
    const { services } = tallyhook;
    const byHand = { walletId: this.#wallet, reason: "test" };
    switch (taken.do) {
      case "topUp":
        return this.#sell(taken.amount);
      case "grant": {
        const expiresAt =
          taken.seconds === null ? null : clock.now() + BigInt(taken.seconds) * 1_000_000_000n;
        const terms = { kind: taken.kind, priority: taken.priority, source: "bank", expiresAt } as const;
        await grantByHand(services, { ...byHand, amount: BigInt(taken.amount), ...terms });
        model.grant(taken.kind, taken.amount, model.now + (taken.seconds ?? Infinity), taken.priority);
        return;
      }
      case "use": {
        const event = usageOf(`u${this.#customer}-${++this.#usage}`, {
          payer: { walletId: this.#wallet },
          quantity: taken.quantity,
        });
        const [result] = await use(this.#books, event);
        expect(result).toMatchObject({ outcome: "applied", usage: inUnits(model.use(taken.quantity)) });
        if (taken.isRepeated)
          expect(await use(this.#books, event)).toEqual([{ ...result, outcome: "duplicate" }]);
        return;
      }
      case "debit": {
        const booked = await debitByHand(services, { ...byHand, amount: BigInt(taken.amount) });
        expect(booked).toMatchObject({ line: inUnits(model.debit(taken.amount)) });
        return;
      }
      case "hold": {
        const reserved = { amount: BigInt(taken.amount) };
        const request = { payer: { walletId: this.#wallet }, reserved, currency: null };
        const result = await placeHold(services, { ...request, expiresInSeconds: taken.seconds });
        expect(result.kind === "placed").toBe(model.hold(taken.amount, taken.seconds));
        return;
      }
      case "settle":
        return this.#settle(taken.which, { amount: BigInt(taken.amount) }, taken);
      case "release": {
        const held = model.holds[taken.which % Math.max(model.holds.length, 1)];
        if (held === undefined) return;
        await releaseHold(services, this.#hold(taken.which));
        return model.release(held);
      }
      case "wait": {
        clock.advance(taken.seconds);
        model.now += taken.seconds;
        if (!taken.isSwept) return;
        await sweep(services);
        return model.sweep();
      }
      case "refund":
        return this.#refund(taken.which, taken.share);
      case "restore":
        return this.#restore(taken.which);
      default:
        return taken satisfies never;
    }
  }

  async expectSame(): Promise<void> {
    const { paid, promo, held, pending } = await walletOf(this.#books, this.#wallet);
    const { model } = this;
    expect({ paid, promo, held, pending }).toEqual({
      paid: BigInt(model.value("paid")),
      promo: BigInt(model.value("promo")),
      held: BigInt(model.held()),
      pending: model.tenths === 0 ? "0" : `0.${model.tenths}`,
    });
  }

  async #expectSameLots(): Promise<void> {
    const page = await readLots(this.#books.tallyhook.services, this.#wallet, { limit: 200, after: null });
    const lots = page?.rows.toReversed().map((lot) => [lot.kind, Number(lot.remaining), Number(lot.expired)]);
    expect(lots).toEqual(this.model.lots.map((lot) => [lot.kind, lot.left, lot.expired]));
  }

  async #sell(total: number): Promise<void> {
    const index = this.#customer * 1_000 + this.#sales.length;
    const lines = [lineOf(`txnitm_${index}`, "pri_1", total)];
    await this.#books.receive(transactionEvent(saleOf(index, lines, { customer: this.#customer })));
    this.#sales.push({ index, amount: total, refunded: 0, state: "paid" });
    this.model.give("paid", total, Infinity, 0, index);
  }

  #hold(which: number): HoldId {
    return holdId(this.#wallet, (which % this.model.holds.length) + 1);
  }

  async #settle(which: number, used: UsedOfHold, of: { amount: number; isRepeated: boolean }): Promise<void> {
    const held = this.model.holds[which % Math.max(this.model.holds.length, 1)];
    if (held === undefined) return;
    const { services } = this.#books.tallyhook;
    const wasOpen = held.status === "open" || held.status === "expired";
    const result = await settleHold(services, this.#hold(which), used);
    const expected = this.model.settle(held, 10 * of.amount);
    if (expected === "closed" || !wasOpen) return expect(expected).toBe("closed");
    expect(result).toMatchObject({ kind: "settled", usage: inUnits(expected) });
    if (of.isRepeated) expect(await settleHold(services, this.#hold(which), used)).toEqual(result);
  }

  async #refund(which: number, share: number): Promise<void> {
    const sale = this.#sales[which % this.#sales.length];
    if (sale?.state !== "paid") return;
    const amount = Math.ceil(sale.amount / share);
    await this.#books.receive(refundOf(sale.index, amount, "approved", "2026-01-05T00:00:00Z"));
    this.model.takeBack(sale.index, amount);
    sale.refunded = amount;
    sale.state = "refunded";
  }

  async #restore(which: number): Promise<void> {
    const sale = this.#sales[which % this.#sales.length];
    if (sale?.state !== "refunded") return;
    await this.#books.receive(refundOf(sale.index, sale.refunded, "reversed", "2026-01-06T00:00:00Z"));
    this.model.restore(sale.index);
    sale.state = "restored";
  }
}

const inUnits = ({ requested, covered }: { requested: number; covered: number }) => ({
  requested: BigInt(requested),
  covered: BigInt(covered),
  uncovered: BigInt(requested - covered),
});

test.each(engines)("whatever happens to a wallet on $name, it is what a plain model says", async (engine) => {
  const books = await metered(await engine.freshDatabaseUrl());
  let customer = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      customer += 1;
      await new Life(books, customer).live(steps);
    }),
    { numRuns },
  );
  expect(await problems(books)).toEqual([]);
});
