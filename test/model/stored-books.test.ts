import fc from "fast-check";
import { chargeId } from "../../src/domain/ids.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { linkCustomer } from "../../src/services/charges/link-customer.ts";
import { readingCharges } from "../../src/services/charges/read-records.ts";
import type { Services } from "../../src/services/services.ts";
import { debitByHand } from "../../src/services/spending/book-by-hand.ts";
import { listEvents } from "../../src/store/inbox/read/events.ts";
import { walletById } from "../../src/store/wallets/read/wallets.ts";
import { closeAll, composed } from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { walletId } from "../support/wallet-ids.ts";
import { environment, post } from "./deliver.ts";
import { type History, histories, ownerOf, renamed } from "./histories.ts";
import { balanceOf, expectedOf } from "./reference-model.ts";
import type { Sale } from "./sale.ts";
import { statedOf } from "./stated.ts";

/** `npm run properties` asks for 2,000 of them. */
const runs = propertyRuns(10);

/** The test's PostgreSQL makes no statistics: with more in it every look reads whole tables. */
const runsOfOneDatabase = 200;

afterEach(closeAll);

/** An overpaid invoice with a note of more tax than it had, refunded whole: tax was left owed. */
const onceWrong = [{ seed: 333877217, path: "29" }];

/** How a history reaches the program. */
const delivery = fc.record({
  /** Many are applied in one transaction, or each in one of its own. */
  inBatches: fc.boolean(),
  /** Thousandths of the events that come before customers are linked to their owners. */
  linkedAfter: fc.constantFrom(0, 300, 1000),
  spends: fc.boolean(),
});
type Delivery = typeof delivery extends fc.Arbitrary<infer Drawn> ? Drawn : never;

class Books {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  async hear(history: History, { inBatches, linkedAfter, spends }: Delivery): Promise<void> {
    const linkedAt = Math.floor((history.other.length * linkedAfter) / 1000);
    const [before, after] = [history.other.slice(0, linkedAt), history.other.slice(linkedAt)];
    for (const events of [before, after]) {
      if (events === after) await this.#link(history);
      const size = inBatches ? 16 : 1;
      for (let from = 0; from < events.length; from += size) {
        const received = await Promise.all(
          events.slice(from, from + size).map((event) => post(this.#services, event)),
        );
        for (const answer of received) expect(answer).not.toMatchObject({ outcome: "failed" });
        if (spends) await this.#spend(history);
      }
    }
  }

  async records({ provider, refs }: Sale) {
    const ids = refs.map((ref) => chargeId({ provider, account: "default", ref }));
    const records = await this.#services.store.write(readingCharges(ids));
    return records.filter(({ charge, mergedInto }) => charge !== null && mergedInto === null);
  }

  async #link({ links }: History): Promise<void> {
    for (const link of links)
      expect(await linkCustomer(this.#services, { ...link, account: "default", move: null })).toMatchObject({
        kind: "linked",
      });
  }

  async #spend(history: History): Promise<void> {
    for (const owner of owners(history)) {
      const wallet = await walletById(this.#services.store.read, walletId(owner, "USD"));
      const amount = ((wallet?.paid ?? 0n) + 2n) / 3n;
      if (wallet !== undefined && amount > 0n)
        await debitByHand(this.#services, { walletId: wallet.id, amount, reason: "used" });
    }
  }
}

function owners({ sales, links }: History): Set<string> {
  return new Set(sales.flatMap((sale) => [ownerOf(sale, links), ownerOf(sale, [])]));
}

describe.each(engines)("books of both providers on $name", ({ freshDatabaseUrl }) => {
  test("agree with the reference model, and the audit finds nothing", async () => {
    for (let left = runs; left > 0; left -= runsOfOneDatabase) {
      const { tallyhook } = await composed(await freshDatabaseUrl(), { environment });
      await agree(tallyhook.services, Math.min(left, runsOfOneDatabase));
      await closeAll();
    }
  });
});

async function agree(services: Services, numRuns: number): Promise<void> {
  const books = new Books(services);
  let run = 0;
  const agrees = fc.asyncProperty(histories, delivery, async (drawn, how) => {
    const history = renamed(drawn, ++run);
    await books.hear(history, how);
    for (const sale of history.sales)
      expect(statedOf(sale, await books.records(sale))).toEqual(expectedOf(sale));
    const ofOwner = Map.groupBy(history.sales, (sale) => ownerOf(sale, history.links));
    for (const [owner, sales] of how.spends ? [] : ofOwner) {
      const wallet = await walletById(services.store.read, walletId(owner, "USD"));
      expect(wallet?.paid ?? 0n).toBe(balanceOf(sales));
    }
  });
  await fc.assert(agrees, { numRuns });
  for (const once of onceWrong) await fc.assert(agrees, { ...once, numRuns: 1 });
  for (const outcome of ["waiting", "failed", "parked"] as const)
    expect((await listEvents(services.store.read, { outcome }, { limit: 5, after: null })).rows).toEqual([]);
  expect(await audit(services)).toMatchObject({ ok: true, complete: true, problems: [] });
}
