import fc from "fast-check";
import type { Instant } from "../../../src/domain/time.ts";
import { audit } from "../../../src/services/audit/audit.ts";
import { explainBalance, readLots } from "../../../src/services/spending/wallets.ts";
import { engines } from "../../support/engines.ts";
import { type Composed, closeAll } from "../composed.ts";
import { metered, walletOf } from "./spending.ts";
import { Life } from "./wallet-life.ts";
import type { ModelLot, WalletModel } from "./wallet-model.ts";
import { step } from "./wallet-steps.ts";

/** The long form: `MODEL_RUNS=5000 npm run -s jest -- test/services/spending-model.test.ts`. */
const runs = process.env.MODEL_RUNS;
const short = { sqlite: 25, postgres: 10 };

afterEach(closeAll);

const everything = { limit: 200, after: null };
const whose = ["customer", "owner"] as const;

/** What each wallet had at a time. */
type Past = Map<Instant, { readonly id: Life["wallets"]["owner"]["id"]; readonly state: object }[]>;

test.each(engines)(
  "whatever happens to wallets on $name, they are what a plain model says",
  async (engine) => {
    const databaseUrl = await engine.freshDatabaseUrl();
    const books = await metered(databaseUrl);
    const other = await metered(databaseUrl, {}, books.clock);
    let customer = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
        customer += 1;
        const life = new Life([books, other], customer);
        await life.begin();
        const past: Past = new Map();
        for (const one of steps) {
          await life.take(one);
          await expectSame(books, life);
          past.set(
            books.clock.now(),
            whose.map((of) => stateOf(life.wallets[of])),
          );
        }
        await expectSameLots(books, life);
        await expectExplained(books, past);
        books.clock.advance(1);
      }),
      { numRuns: Number(runs ?? short[engine.name]) },
    );
    expect((await audit(books.tallyhook.services)).problems).toEqual([]);
  },
);

async function expectSame(books: Composed, { wallets }: Life): Promise<void> {
  for (const { id, model } of whose.map((of) => wallets[of])) {
    const { paid, promo, held, pending } = await walletOf(books, id);
    expect({ paid, promo, held, pending }).toEqual({
      paid: BigInt(model.value("paid")),
      promo: BigInt(model.value("promo")),
      held: BigInt(model.held()),
      pending: model.tenths === 0 ? "0" : `0.${model.tenths}`,
    });
  }
}

/** A lot that has expired altogether may stay behind when its wallet is left. */
async function expectSameLots(books: Composed, { wallets }: Life): Promise<void> {
  for (const { id, model } of whose.map((of) => wallets[of])) {
    const page = await readLots(books.tallyhook.services, id, everything);
    const lots = page?.rows.toReversed().filter(({ remaining }) => remaining > 0n);
    expect(lots?.map(({ kind, remaining, expired }) => [kind, Number(remaining), Number(expired)])).toEqual(
      withValue(model).map(({ kind, left, expired }) => [kind, left, expired]),
    );
  }
}

/** What a balance was is told the same for ever. */
async function expectExplained({ tallyhook }: Composed, past: Past): Promise<void> {
  for (const [at, wallets] of past) {
    for (const { id, state } of wallets) {
      const explained = await explainBalance(tallyhook.services, id, { at }, everything);
      if (explained === undefined) throw new Error("There is no such wallet.");
      const { balance, held, changes, lots } = explained;
      const left = lots.rows.toReversed().map(({ lot }) => [lot.kind, Number(lot.remaining)]);
      expect({ balance, held, left }).toEqual(state);
      expect(changes.reduce((sum, { amount }) => sum + amount, 0n)).toBe(balance);
      for (const { lot, changes } of lots.rows)
        expect(changes.reduce((sum, { amount }) => sum + amount, lot.amount)).toBe(lot.remaining);
    }
  }
}

function stateOf({ id, model }: Life["wallets"]["owner"]) {
  const left = withValue(model).map((lot) => [lot.kind, lot.left]);
  const holds = model.holds.filter(({ status, expiresAt }) => status === "open" && expiresAt > model.now);
  const held = holds.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return { id, state: { balance: BigInt(model.value()), held, left } };
}

const withValue = ({ lots }: WalletModel): ModelLot[] => lots.filter(({ left }) => left > 0);
