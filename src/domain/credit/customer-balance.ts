import type { Charge } from "../charge/charge.ts";
import type { Finding } from "../charge/finding.ts";
import type { ChargeId } from "../ids.ts";
import { type Amount, sum } from "../money.ts";
import type { Instant } from "../time.ts";

/**
 * How one charge changed what a customer owns at the provider, and what the provider says was there before: an invoice
 * states the balance it began with. Amounts are the customer's: credit is positive, debt negative.
 */
export interface BalanceStep {
  readonly chargeId: ChargeId;
  /** By the provider's clock. */
  readonly at: Instant;
  readonly change: Amount;
  /** `null` where nothing is stated: of credit notes, of what was overpaid, and where what is stated cannot be true. */
  readonly ownedBefore: Amount | null;
  /** When the ledger has it: a document's once that settles. `null` while it does not. */
  readonly bookedAt: Instant | null;
}

/** The steps of a charge; none where documents do not state the customer's balance. */
export function balanceSteps(charge: Charge): BalanceStep[] {
  const { linked, status } = charge;
  if (linked === null || charge.customerRef === null) return [];
  const step = (at: Instant, change: Amount, of: Partial<BalanceStep> = {}): BalanceStep => ({
    chargeId: charge.id,
    at,
    change,
    ownedBefore: null,
    bookedAt: charge.saidPaidAt,
    ...of,
  });
  const { startingBalance: starting, endingBalance: ending, overpaidToBalance: overpaid } = linked;
  const { unstatedCredit: unstated } = linked;
  const counts = status !== "draft" && status !== "void" && starting !== null && ending !== null;
  const notes = charge.movements.filter(({ kind, effective }) => effective && kind === "credit");
  return [
    ...(counts
      ? [
          step(charge.billedAt ?? charge.statusChangedAt, starting - ending - unstated, {
            ownedBefore: unstated === 0n ? -starting : null,
          }),
        ]
      : []),
    ...(overpaid === 0n ? [] : [step(charge.paidAt ?? charge.statusChangedAt, overpaid)]),
    ...notes.map((note) => step(note.occurredAt, note.amount, { bookedAt: note.occurredAt })),
  ];
}

/** In the order of their time, whatever the order they became known in. */
export function inOrder(steps: readonly BalanceStep[]): BalanceStep[] {
  return steps.toSorted(
    (a, b) => compare(a.at, b.at) || compare(a.chargeId, b.chargeId) || compare(a.change, b.change),
  );
}

function compare<Value extends bigint | string>(a: Value, b: Value): number {
  return a < b ? -1 : Number(a > b);
}

/**
 * What the customer owned when the books began. The first document since then says what it found, from which what was given in
 * between is taken; before there is one, all that is known from earlier counts.
 */
export function ownedAt(steps: readonly BalanceStep[], start: Instant): Amount {
  const earlier = ownedAfter(steps.filter(({ at }) => at < start));
  const since = steps.filter(({ at }) => at >= start);
  const first = firstStated(since, () => earlier);
  if (first === null) return earlier;
  // What came in the same second may have come before it or after: what is known from earlier decides.
  const [before, meanwhile] = [
    changes(since.filter(({ at }) => at < first.at)),
    changes(since.filter((step) => step.at === first.at && step !== first)),
  ];
  const found = [first.ownedBefore - before, first.ownedBefore - before - meanwhile] as const;
  return found.find((owned) => owned === earlier) ?? found[0];
}

/**
 * The same as the ledger needs it, which has a document's part once that settles: what was finalized before the start and had
 * not settled by then draws there later what it drew from the customer's balance already.
 */
export function broughtForward(steps: readonly BalanceStep[], start: Instant): Amount {
  const isDrawnLater = ({ at, bookedAt }: BalanceStep) =>
    at < start && (bookedAt === null || bookedAt >= start);
  return ownedAt(steps, start) - changes(steps.filter(isDrawnLater));
}

/** What a customer owns now, by all that is known since the books began; `null`: they have everything. */
export function ownedNow(steps: readonly BalanceStep[], booksStartAt: Instant | null): Amount {
  if (booksStartAt === null) return changes(steps);
  return ownedAt(steps, booksStartAt) + changes(steps.filter(({ at }) => at >= booksStartAt));
}

/** What steps leave, as far back as the last document that says what it found. */
function ownedAfter(steps: readonly BalanceStep[]): Amount {
  const latest = steps.findLast(isStated);
  if (latest === undefined) return changes(steps);
  const lately = steps.filter(({ at }) => at >= latest.at);
  const earlier = () => ownedAfter(steps.filter(({ at }) => at < latest.at));
  return (firstStated(lately, earlier)?.ownedBefore ?? 0n) + changes(lately);
}

type Stated = BalanceStep & { readonly ownedBefore: Amount };
const isStated = (step: BalanceStep): step is Stated => step.ownedBefore !== null;

/**
 * Of documents of one second, the first is the one whose balance no other left behind. Where they lead in a circle (a debt that one makes
 * and the next collects), it is the one that found what was there earlier.
 */
function firstStated(steps: readonly BalanceStep[], earlier: () => Amount): Stated | null {
  const stated = steps.filter(isStated);
  const together = stated.filter(({ at }) => at === stated[0]?.at);
  const follows = (step: Stated) =>
    together.some(
      (other) =>
        other !== step && other.change !== 0n && other.ownedBefore + other.change === step.ownedBefore,
    );
  const first = together.find((step) => !follows(step));
  if (first !== undefined || together.length === 0) return first ?? null;
  const owned = earlier();
  return together.find(({ ownedBefore }) => ownedBefore === owned) ?? together[0] ?? null;
}

const changes = (steps: readonly BalanceStep[]): Amount => sum(steps.map(({ change }) => change));

/**
 * What the latest invoice says was there must be what all earlier steps left: if not, somebody changed the balance, or we
 * have not heard of what did. The provider's clock has whole seconds: steps of that very second may have come before.
 */
export function balanceFinding(
  steps: readonly BalanceStep[],
  currency: string,
  booksStartAt: Instant | null,
): Finding | null {
  const own = booksStartAt === null ? steps : steps.filter(({ at }) => at >= booksStartAt);
  const latest = own.findLast(isStated);
  if (latest === undefined) return null;
  const opening = booksStartAt === null ? 0n : ownedAt(steps, booksStartAt);
  const before = opening + changes(own.filter(({ at }) => at < latest.at));
  const meanwhile = changes(own.filter((step) => step.at === latest.at && step !== latest));
  if ([before, before + meanwhile].includes(latest.ownedBefore)) return null;
  return {
    kind: "customer_credit_differs",
    detail: { provider_says: latest.ownedBefore.toString(), we_say: before.toString(), currency },
  };
}
