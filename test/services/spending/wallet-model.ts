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
  /** Null if it was in a wallet that was left since: what comes back is a lot of its own. */
  readonly lot: ModelLot | null;
  readonly left: number;
  readonly expired: number;
  readonly timeLeft: number;
}

/** A cost that was borne: what is requested for it, and what was drawn for that and not given back. */
export interface ModelUsage {
  readonly tenths: number;
  isReversed: boolean;
  uncovered: number;
  readonly drawn: { readonly lot: ModelLot; amount: number; readonly timeLeft: number }[];
}

export interface Spent {
  readonly requested: number;
  readonly covered: number;
}

export class WalletModel {
  now = 0;
  tenths = 0;
  readonly lots: ModelLot[] = [];
  readonly holds: ModelHold[] = [];
  readonly usage: ModelUsage[] = [];
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

  use(quantity: number): Spent {
    this.expire();
    return this.#bear(6 * quantity);
  }

  debit(amount: number): Spent {
    this.expire();
    const drawn = this.#spend(amount);
    return { requested: amount, covered: total(drawn.map((one) => one.amount)) };
  }

  hold(amount: number, seconds: number): boolean {
    const isRefused = this.value() - Math.min(this.#due(), this.available()) - this.held() < amount;
    if (isRefused) return false;
    this.expire();
    this.holds.push({ amount, expiresAt: this.now + seconds, status: "open" });
    return true;
  }

  settle(hold: ModelHold, tenths: number): Spent | "closed" {
    if (hold.status === "settled" || hold.status === "released") return "closed";
    if (hold.expiresAt <= this.now) hold.status = "expired";
    this.expire();
    hold.status = "settled";
    const spent = this.#bear(tenths);
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
    for (const of of [...left, ...elsewhere]) of.lot.left -= of.taken;
    for (const of of expired) of.lot.expired -= of.taken;
    this.#takenBack.set(charge, [...taken, ...back]);
  }

  restore(charge: number): void {
    this.expire();
    for (const { lot, left, expired, timeLeft } of this.#takenBack.get(charge) ?? []) {
      if (lot === null) {
        this.give("paid", left, Infinity, 0, charge);
        continue;
      }
      lot.left += left;
      lot.expired += expired;
      if (left > 0 && lot.expiresAt <= this.now && timeLeft > 0) lot.expiresAt = this.now + timeLeft;
    }
    this.#takenBack.delete(charge);
  }

  /** Requested of all others is again the whole units of their costs: where fractions made a unit full, another gives one. */
  reverse(usage: ModelUsage): void {
    if (usage.isReversed) return;
    this.expire();
    const units = Math.ceil((usage.tenths - this.tenths) / 10);
    this.tenths += 10 * units - usage.tenths;
    usage.isReversed = true;
    const own = Math.min(units, requestedOf(usage));
    const lender = this.usage.findLast((one) => one !== usage && requestedOf(one) > wholeUnitsOf(one));
    const lent = lender === undefined ? 0 : Math.min(units - own, requestedOf(lender));
    const due = this.lots.filter((lot) => lot.expiresAt <= this.now);
    const back = [...givenBack(usage, own), ...(lender === undefined ? [] : givenBack(lender, lent))];
    for (const { lot, amount, timeLeft } of back) {
      lot.left += amount;
      if (amount > 0 && due.includes(lot) && timeLeft > 0) lot.expiresAt = this.now + timeLeft;
    }
    if (units > own + lent) this.give("paid", units - own - lent);
  }

  /** Everything goes to another wallet as it is, unless value is on hold. */
  leaveFor(other: WalletModel): boolean {
    if (this.held() > 0) return false;
    for (const lot of this.lots.filter(
      ({ left, charge, expired }) => left > 0 || (charge !== null && expired > 0),
    )) {
      other.lots.push({ ...lot });
      lot.left = 0;
      lot.expired = 0;
    }
    for (const [charge, taken] of this.#takenBack) {
      const left = total(taken.map((of) => of.left + of.expired));
      other.#takenBack.set(charge, left === 0 ? [] : [{ lot: null, left, expired: 0, timeLeft: Infinity }]);
    }
    this.#takenBack.clear();
    const carried = this.tenths;
    if (carried === 0) return true;
    other.expire();
    this.#bear(-carried);
    other.#bear(carried);
    return true;
  }

  #due = () => total(this.lots.filter((lot) => lot.expiresAt <= this.now).map((lot) => lot.left));

  #inOrder(): ModelLot[] {
    return this.lots.toSorted(
      (a, b) => a.priority - b.priority || (a.expiresAt === b.expiresAt ? 0 : a.expiresAt - b.expiresAt),
    );
  }

  #bear(tenths: number): Spent {
    const requested = Math.floor((this.tenths + tenths) / 10);
    this.tenths += tenths - 10 * requested;
    const drawn = this.#spend(requested);
    const covered = total(drawn.map(({ amount }) => amount));
    this.usage.push({ tenths, isReversed: false, uncovered: requested - covered, drawn });
    return { requested, covered };
  }

  /** As far as value is available. */
  #spend(amount: number) {
    const taken = drawn(this.#inOrder(), Math.min(amount, this.available()), "left");
    for (const { lot, taken: part } of taken) lot.left -= part;
    return taken.map(({ lot, taken: part }) => ({ lot, amount: part, timeLeft: lot.expiresAt - this.now }));
  }
}

const requestedOf = ({ uncovered, drawn: of }: ModelUsage) =>
  uncovered + total(of.map(({ amount }) => amount));
const wholeUnitsOf = ({ isReversed, tenths }: ModelUsage) =>
  isReversed ? 0 : Math.floor(Math.max(tenths, 0) / 10);

/** What was never covered goes first, then what was drawn, the last first. */
function givenBack(usage: ModelUsage, units: number) {
  const uncovered = Math.min(usage.uncovered, units);
  usage.uncovered -= uncovered;
  let open = units - uncovered;
  return usage.drawn.toReversed().map((part) => {
    const amount = Math.min(part.amount, open);
    part.amount -= amount;
    open -= amount;
    return { ...part, amount };
  });
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
