import { type HoldId, holdId, type UsageId, type WalletId } from "../../../src/domain/ids.ts";
import { linkCustomer } from "../../../src/services/charges/link-customer.ts";
import { once } from "../../../src/services/kit/idempotency.ts";
import type { Services } from "../../../src/services/services.ts";
import { debitByHand, grantByHand } from "../../../src/services/spending/book-by-hand.ts";
import { placeHold, releaseHold, settleHold } from "../../../src/services/spending/holds.ts";
import { sweep } from "../../../src/services/spending/sweep.ts";
import { reverseUsage } from "../../../src/services/spending/usage.ts";
import { openWallet } from "../../../src/services/spending/wallets.ts";
import { walletId } from "../../support/wallet-ids.ts";
import type { Composed } from "../composed.ts";
import { type Return, type Sold, soldByPaddle, soldByStripe } from "./sold.ts";
import { usageOf, use } from "./spending.ts";
import { type ModelUsage, type Spent, WalletModel } from "./wallet-model.ts";
import type { Step, StepOf, WhoseWallet } from "./wallet-steps.ts";

interface Sale extends Sold {
  readonly index: number;
  returned: { readonly how: Return; readonly amount: number } | null;
  isOver: boolean;
}

interface Side {
  readonly id: WalletId;
  readonly model: WalletModel;
  /** As the program calls what the model has in the same order. */
  readonly holds: HoldId[];
  readonly usage: { readonly id: UsageId; readonly model: ModelUsage }[];
}

/**
 * The life of an owner who is a customer at both providers, told to the program and to the model alike. At Stripe they are
 * known as the owner from the start, at Paddle from the step `link` on.
 */
export class Life {
  readonly wallets: Readonly<Record<WhoseWallet, Side>>;
  isLinked = false;
  readonly #sales: Sale[] = [];
  /** Two servers on one database: where one crashes, the other is asked again. */
  readonly #servers: readonly [Composed, Composed];
  readonly #customer: number;
  #requests = 0;

  constructor(servers: readonly [Composed, Composed], customer: number) {
    this.#servers = servers;
    this.#customer = customer;
    const side = (owner: string) => ({
      id: walletId(owner, "USD"),
      model: new WalletModel(),
      holds: [],
      usage: [],
    });
    this.wallets = { customer: side(`paddle:ctm_${customer}`), owner: side(this.#owner) };
  }

  async begin(): Promise<void> {
    const { services } = this.#servers[0].tallyhook;
    await openWallet(services, { owner: this.#owner, currency: "USD" });
    await linkCustomer(services, this.#link("stripe"));
    await this.take({ do: "sell", by: "paddle", amount: 30, isLost: false });
    await this.take({ do: "sell", by: "stripe", amount: 20, isLost: false });
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "sell":
        return this.#sell(step);
      case "takeBack":
        return this.#takeBack(step);
      case "undo":
        return this.#undo(step);
      case "grant":
        return this.#grant(step);
      case "use":
        return this.#use(step);
      case "reverse":
        return this.#reverse(step);
      case "debit":
        return this.#debit(step);
      case "hold":
        return this.#hold(step);
      case "settle":
        return this.#settle(step);
      case "release":
        return this.#release(step);
      case "link":
        return this.#linkPaddle(step);
      case "wait":
        return this.#wait(step);
      default:
        return step satisfies never;
    }
  }

  async #sell({ by, amount, isLost }: StepOf<"sell">): Promise<void> {
    const index = this.#customer * 1_000 + this.#sales.length;
    const sold = { paddle: soldByPaddle, stripe: soldByStripe }[by](index, this.#customer, amount);
    const sale = { ...sold, index, returned: null, isOver: false };
    this.#sales.push(sale);
    await this.#receive(sale, sale.sold(), isLost);
    this.#walletOf(sale).give("paid", amount, Infinity, 0, index);
  }

  async #takeBack({ which, how, share, isLost }: StepOf<"takeBack">): Promise<void> {
    const sale = this.#sales[which % this.#sales.length];
    if (sale === undefined || sale.returned !== null) return;
    const amount = Math.ceil(sale.amount / share);
    await this.#receive(sale, sale.takenBack(how, amount), isLost);
    this.#walletOf(sale).takeBack(sale.index, amount);
    sale.returned = { how, amount };
  }

  async #undo({ which, isLost }: StepOf<"undo">): Promise<void> {
    const sale = this.#sales[which % this.#sales.length];
    if (sale === undefined || sale.returned === null || sale.isOver) return;
    await this.#receive(sale, sale.undone(sale.returned.how, sale.returned.amount), isLost);
    this.#walletOf(sale).restore(sale.index);
    sale.isOver = true;
  }

  async #grant({ of, amount, kind, seconds, priority, isLost }: StepOf<"grant">): Promise<void> {
    const { id, model } = this.wallets[of];
    const { clock } = this.#servers[0];
    const expiresAt = seconds === null ? null : clock.now() + BigInt(seconds) * 1_000_000_000n;
    const terms = { kind, priority, source: "bank", expiresAt, reason: "test" } as const;
    await this.#once(isLost, (services) =>
      grantByHand(services, { walletId: id, amount: BigInt(amount), ...terms }),
    );
    model.grant(kind, amount, model.now + (seconds ?? Infinity), priority);
  }

  /** Usage needs no key: its id says that it is the same. */
  async #use({ of, quantity, isLost }: StepOf<"use">): Promise<void> {
    const { id, model, usage } = this.wallets[of];
    const event = usageOf(`u${this.#customer}-${++this.#requests}`, { payer: { walletId: id }, quantity });
    const [server, other] = this.#servers;
    if (isLost) await use(server, event);
    const [result] = await use(isLost ? other : server, event);
    const outcome = isLost ? "duplicate" : "applied";
    expect(result).toMatchObject({ outcome, usage: inUnits(model.use(quantity)) });
    usage.push({ id: event.id, model: model.usage.at(-1) as ModelUsage });
  }

  async #reverse({ of, which, isLost }: StepOf<"reverse">): Promise<void> {
    const { model, usage } = this.wallets[of];
    const used = usage[which % Math.max(usage.length, 1)];
    if (used === undefined) return;
    const kind = used.model.isReversed ? "already_reversed" : "reversed";
    const result = await this.#once(isLost, (services) =>
      reverseUsage(services, { id: used.id, reason: "test" }),
    );
    expect(result).toMatchObject({ kind });
    model.reverse(used.model);
  }

  async #debit({ of, amount, isLost }: StepOf<"debit">): Promise<void> {
    const { id, model } = this.wallets[of];
    const asked = { walletId: id, amount: BigInt(amount), reason: "test" };
    const booked = await this.#once(isLost, (services) => debitByHand(services, asked));
    expect(booked).toMatchObject({ line: inUnits(model.debit(amount)) });
  }

  async #hold({ of, amount, seconds, isLost }: StepOf<"hold">): Promise<void> {
    const { id, model, holds } = this.wallets[of];
    const asked = { payer: { walletId: id }, reserved: { amount: BigInt(amount) }, currency: null };
    const result = await this.#once(isLost, (services) =>
      placeHold(services, { ...asked, expiresInSeconds: seconds }),
    );
    expect(result.kind === "placed").toBe(model.hold(amount, seconds));
    if (result.kind === "placed") holds.push(holdId(id, holds.length + 1));
  }

  async #settle({ of, which, amount, isLost }: StepOf<"settle">): Promise<void> {
    const { model, holds, usage } = this.wallets[of];
    const nth = which % Math.max(holds.length, 1);
    const [held, id] = [model.holds[nth], holds[nth]];
    if (held === undefined || id === undefined || held.status === "settled") return;
    const result = await this.#once(isLost, (services) =>
      settleHold(services, id, { amount: BigInt(amount) }),
    );
    const expected = model.settle(held, 10 * amount);
    if (expected === "closed") return expect(result.kind).toBe("hold_closed");
    expect(result).toMatchObject({ kind: "settled", usage: inUnits(expected) });
    usage.push({ id: id as string as UsageId, model: model.usage.at(-1) as ModelUsage });
  }

  async #release({ of, which, isLost }: StepOf<"release">): Promise<void> {
    const { model, holds } = this.wallets[of];
    const nth = which % Math.max(holds.length, 1);
    const [held, id] = [model.holds[nth], holds[nth]];
    if (held === undefined || id === undefined) return;
    await this.#once(isLost, (services) => releaseHold(services, id));
    model.release(held);
  }

  async #linkPaddle({ isLost }: StepOf<"link">): Promise<void> {
    const { customer, owner } = this.wallets;
    const result = await this.#once(isLost, (services) => linkCustomer(services, this.#link("paddle")));
    const isPossible = customer.model.leaveFor(owner.model);
    expect(result.kind).toBe(isPossible ? "linked" : "open_holds");
    this.isLinked ||= isPossible;
  }

  async #wait({ seconds, isSwept }: StepOf<"wait">): Promise<void> {
    const [{ clock, tallyhook }] = this.#servers;
    const models = [this.wallets.customer.model, this.wallets.owner.model];
    clock.advance(seconds);
    for (const model of models) model.now += seconds;
    if (!isSwept) return;
    await sweep(tallyhook.services);
    for (const model of models) model.sweep();
  }

  /** A provider that hears nothing sends again. */
  async #receive({ provider }: Sale, events: readonly object[], isLost: boolean): Promise<void> {
    const [server, other] = this.#servers;
    for (const event of events) {
      expect(await server.receive(event, provider)).toMatchObject({ outcome: "applied" });
      if (isLost) expect(await other.receive(event, provider)).toMatchObject({ outcome: "duplicate" });
    }
  }

  /** The answer of a request; if the first is lost, that of the same one to the other server. */
  async #once<Result>(isLost: boolean, request: (services: Services) => Promise<Result>): Promise<Result> {
    const [server, other]: readonly Services[] = this.#servers.map(({ tallyhook }) => tallyhook.services);
    if (server === undefined || other === undefined) throw new Error("Two servers share these books.");
    if (!isLost) return request(server);
    const keyed = { caller: "app", key: `k${this.#customer}-${++this.#requests}`, request: "the same" };
    let repeated = 0;
    const count = () => {
      repeated += 1;
    };
    await request(once(server, keyed, count));
    const answer = await request(once(other, keyed, count));
    expect(repeated).toBe(1);
    return answer;
  }

  #walletOf({ provider }: Sale): WalletModel {
    const isCustomers = provider === "paddle" && !this.isLinked;
    return this.wallets[isCustomers ? "customer" : "owner"].model;
  }

  #link(provider: Sale["provider"]) {
    const customerRef = provider === "paddle" ? `ctm_${this.#customer}` : `cus_${this.#customer}`;
    return { provider, account: "default", customerRef, owner: this.#owner, move: null };
  }

  get #owner(): string {
    return `owner_${this.#customer}`;
  }
}

const inUnits = ({ requested, covered }: Spent) => ({
  requested: BigInt(requested),
  covered: BigInt(covered),
  uncovered: BigInt(requested - covered),
});
