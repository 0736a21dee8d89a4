/**
 * What a wallet should do, in as few lines as it takes to say it: numbers, arrays, and no code of the project. Amounts are
 * small integers, time is in seconds, and the one meter costs six tenths of a unit.
 */
export interface ModelLot {
  readonly kind: "paid" | "promo";
  readonly charge: number | null;
  readonly priority: number;
  expiresAt: number;
  left: number;
  expired: number;
}

interface ModelHold {
  readonly amount: number;
  expiresAt: number;
  status: "open" | "settled" | "released" | "expired";
}

interface Taken {
  readonly lot: ModelLot;
  readonly left: number;
  readonly expired: number;
  readonly timeLeft: number;
}

export class WalletModel {
  now = 0;
  tenths = 0;
  readonly lots: ModelLot[] = [];
  readonly holds: ModelHold[] = [];
  readonly #takenBack = new Map<number, Taken[]>();

  value(kind?: ModelLot["kind"]): number {
    return total(this.lots.filter((lot) => kind === undefined || lot.kind === kind).map((lot) => lot.left));
  }
  held = () => total(this.holds.filter((hold) => hold.status === "open").map((hold) => hold.amount));
  available = () => Math.max(this.value() - this.held(), 0);

  give(
    kind: ModelLot["kind"],
    amount: number,
    expiresAt = Infinity,
    priority = 0,
    charge: number | null = null,
  ): void {
    this.lots.push({ kind, charge, priority, expiresAt, left: amount, expired: 0 });
  }

  grant(kind: ModelLot["kind"], amount: number, expiresAt: number, priority: number): void {
    this.expire();
    this.give(kind, amount, expiresAt, priority);
  }

  use(quantity: number): { requested: number; covered: number } {
    this.expire();
    return this.#spendTenths(6 * quantity);
  }

  debit(amount: number): { requested: number; covered: number } {
    this.expire();
    return this.#spendTenths(10 * amount);
  }

  hold(amount: number, seconds: number): boolean {
    const isRefused = this.value() - Math.min(this.#due(), this.available()) - this.held() < amount;
    if (isRefused) return false;
    this.expire();
    this.holds.push({ amount, expiresAt: this.now + seconds, status: "open" });
    return true;
  }

  settle(hold: ModelHold, tenths: number): { requested: number; covered: number } | "closed" {
    if (hold.status === "settled" || hold.status === "released") return "closed";
    if (hold.expiresAt <= this.now) hold.status = "expired";
    this.expire();
    hold.status = "settled";
    const spent = this.#spendTenths(tenths);
    this.expire();
    return spent;
  }

  release(hold: ModelHold): void {
    if (hold.status !== "open") return;
    hold.status = hold.expiresAt <= this.now ? "expired" : "released";
    this.expire();
  }

  sweep(): void {
    for (const hold of this.holds)
      if (hold.status === "open" && hold.expiresAt <= this.now) hold.status = "expired";
    this.expire();
  }

  expire(): void {
    const due = this.#inOrder().filter((lot) => lot.expiresAt <= this.now);
    for (const { lot, taken } of drawn(due, this.available(), "left")) {
      lot.left -= taken;
      lot.expired += taken;
    }
  }

  /** What was left of its own, what of that had expired, then other paid value; the rest is written off. */
  takeBack(charge: number, amount: number): void {
    this.expire();
    const paid = this.#inOrder().filter((lot) => lot.kind === "paid");
    const own = paid.filter((lot) => lot.charge === charge);
    const left = drawn(own, amount, "left");
    const expired = drawn(own, amount - sumOf(left), "expired");
    const others = paid.filter((lot) => lot.charge !== charge);
    const elsewhere = drawn(others, amount - sumOf(left) - sumOf(expired), "left");
    const taken = [...left, ...elsewhere].map(
      (of): Taken => ({ lot: of.lot, left: of.taken, expired: 0, timeLeft: of.lot.expiresAt - this.now }),
    );
    const back = expired.map(
      (of): Taken => ({ lot: of.lot, left: 0, expired: of.taken, timeLeft: Infinity }),
    );
    for (const move of [...taken, ...back]) {
      move.lot.left -= move.left;
      move.lot.expired -= move.expired;
    }
    this.#takenBack.set(charge, [...taken, ...back]);
  }

  restore(charge: number): void {
    this.expire();
    for (const { lot, left, expired, timeLeft } of this.#takenBack.get(charge) ?? []) {
      lot.left += left;
      lot.expired += expired;
      if (left > 0 && lot.expiresAt <= this.now && timeLeft > 0) lot.expiresAt = this.now + timeLeft;
    }
    this.#takenBack.delete(charge);
  }

  #due = () => total(this.lots.filter((lot) => lot.expiresAt <= this.now).map((lot) => lot.left));

  #inOrder(): ModelLot[] {
    return this.lots.toSorted(
      (a, b) => a.priority - b.priority || (a.expiresAt === b.expiresAt ? 0 : a.expiresAt - b.expiresAt),
    );
  }

  #spendTenths(tenths: number): { requested: number; covered: number } {
    const requested = Math.floor((this.tenths + tenths) / 10);
    this.tenths = (this.tenths + tenths) % 10;
    const covered = Math.min(requested, this.available());
    for (const { lot, taken } of drawn(this.#inOrder(), covered, "left")) lot.left -= taken;
    return { requested, covered };
  }
}

function drawn(lots: readonly ModelLot[], amount: number, from: "left" | "expired") {
  let open = amount;
  return lots.map((lot) => {
    const taken = Math.min(open, lot[from]);
    open -= taken;
    return { lot, taken };
  });
}

const total = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
const sumOf = (draws: readonly { readonly taken: number }[]) => total(draws.map(({ taken }) => taken));
