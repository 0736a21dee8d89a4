import type { ChargeRecord } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import type { ChargeId, LimitId, LotId, UsageId, WalletId, WalletIds } from "../../domain/ids.ts";
import { type Amount, absolute, fitsInto64Bits, maximum, sum } from "../../domain/money.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { applyUsage, Bill, type UsageEvent, type UsageRefusal } from "../../domain/spending/apply-usage.ts";
import { costOfAmount } from "../../domain/spending/decimal.ts";
import { type Payer, payingWallets, priceListOf, type RatingRefusal } from "../../domain/spending/rate.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import type { Instant } from "../../domain/time.ts";
import { takeBack } from "../../domain/wallet/moves.ts";
import type { LotMove, Wallet, WalletLine } from "../../domain/wallet/wallet.ts";
import { withoutCharge } from "../../domain/wallet/wallet-change.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import type { Services } from "../services.ts";
import type { Wanted } from "./enough-balance.ts";
import { workOnWallet } from "./wallet-work.ts";

/** What something would cost a wallet now, and which lots would pay for it, in the order they would be drawn on. */
export interface Quote {
  readonly kind: "quote";
  readonly walletId: WalletId;
  readonly requested: Amount;
  readonly covered: Amount;
  readonly uncovered: Amount;
  /** What of the uncovered value would cover, but for a limit: the tightest. */
  readonly limited: Amount;
  readonly limitId: LimitId | null;
  readonly balanceAfter: Amount;
  readonly lots: readonly { readonly lotId: LotId; readonly amount: Amount }[];
}

export type QuotedUsage = Pick<UsageEvent, "payer" | "meter" | "quantity" | "currency" | "member">;

/** What usage would do, without doing it. */
export function quoteUsage(
  { store, policies }: Services,
  used: QuotedUsage,
): Promise<Quote | { readonly kind: "refused"; readonly reason: UsageRefusal }> {
  return store.write(quotingUsage(used, policies.current, store.walletIds));
}

export interface QuoteRequest {
  readonly payer: Payer;
  readonly wanted: Wanted;
  /** Needed where an amount is asked for of an owner. */
  readonly currency: string | null;
  /** Who of those that spend for the owner. */
  readonly member?: string | null;
}

export type Quoted = Quote | { readonly kind: "refused"; readonly reason: RatingRefusal | "amount_invalid" };

/** What using something, or debiting an amount, would take from a wallet now; nothing is changed. */
export async function quote(services: Services, { wanted, ...request }: QuoteRequest): Promise<Quoted> {
  if ("amount" in wanted) return quoteAmount(services, { ...request, amount: wanted.amount });
  const { meter, quantity = 1 } = wanted;
  const quoted = await quoteUsage(services, { ...request, meter, quantity });
  if (quoted.kind === "quote") return quoted;
  if (quoted.reason === "id_reserved") throw new Error("Usage without an id has none that is reserved.");
  return { kind: "refused", reason: quoted.reason };
}

/** An owner who has no wallet yet has nothing. */
async function quoteAmount(
  { store }: Services,
  { payer, amount, currency, member = null }: Omit<QuoteRequest, "wanted"> & { readonly amount: Amount },
): Promise<Quoted> {
  if (amount <= 0n || !fitsInto64Bits(amount)) return refusedFor("amount_invalid");
  if ("owner" in payer && currency === null) return refusedFor("currency_required");
  const id = "owner" in payer ? store.walletIds.of(payer.owner, currency ?? "") : payer.walletId;
  const nothing = { covered: 0n, uncovered: amount, limited: 0n, limitId: null, balanceAfter: 0n, lots: [] };
  const unknown: Quoted =
    "owner" in payer
      ? { kind: "quote", walletId: id, requested: amount, ...nothing }
      : refusedFor("unknown_wallet");
  return store.write(
    workOnWallet<Quoted>(id, { unknown }, (wallet, _books, now) => {
      if (currency !== null && currency !== wallet.currency) return refusedFor("currency_mismatch");
      const due = new Changes(wallet, now);
      const bill = new Bill(due.wallet, now);
      const spent = { meter: null, member, at: now };
      const unnamed = { id: "" as UsageId, metered: null, member, occurredAt: null };
      const usage = bill.add({ ...unnamed, cost: costOfAmount(amount), spent });
      if (usage === null) return refusedFor("amount_invalid");
      const closed = bill.close(withoutCharge(now, null));
      return quoteOf(usage, "line" in closed ? closed.line : undefined);
    }),
  );
}

const refusedFor = (reason: Extract<Quoted, { kind: "refused" }>["reason"]): Quoted => ({
  kind: "refused",
  reason,
});

function quotingUsage(
  used: QuotedUsage,
  policy: Policy,
  walletIds: WalletIds,
): Work<Quote | { readonly kind: "refused"; readonly reason: UsageRefusal }> {
  const event: UsageEvent = { ...used, id: "" as UsageId, occurredAt: null };
  const wallets = payingWallets(used, { prices: priceListOf(policy), walletIds });
  return {
    needs: { wallets },
    walletNeeds: () => wallets.map((wallet) => ({ wallet, lots: true, charge: null })),
    decide(books, now) {
      const copy = books.copy();
      const [result] = applyUsage(copy, [event], { policy, now });
      if (result?.outcome === "rejected") return { kind: "refused", reason: result.reason };
      if (result?.outcome !== "applied") throw new Error("Usage without an id cannot be known.");
      return quoteOf(
        result.usage,
        copy.walletLines.find(({ kind }) => kind === "usage"),
      );
    },
  };
}

/** What a full refund of a charge would find in its wallet now. */
export interface Refundable {
  readonly kind: "refundable";
  readonly walletId: WalletId | null;
  /** What the charge topped up and is not taken back yet: all of it would be. */
  readonly open: Amount;
  /** The parts of that: what is left of the charge's own lots and what of them expired, other paid lots, and what nobody pays. */
  readonly fromOwnLots: Amount;
  readonly fromExpired: Amount;
  readonly fromOtherLots: Amount;
  readonly uncovered: Amount;
}

/** What could be refunded of a charge now without a loss, and what could not. */
export function quoteRefund(
  { store, policies }: Services,
  charge: ChargeId,
): Promise<Refundable | { readonly kind: "charge_unknown" }> {
  return store.write(quotingRefund(charge, policies.current));
}

function quotingRefund(
  charge: ChargeId,
  policy: Policy,
): Work<Refundable | { readonly kind: "charge_unknown" }> {
  return {
    needs: { charges: [charge] },
    walletNeeds(books) {
      const wallet = books.knownCharge(charge)?.pin?.walletId ?? null;
      return wallet === null ? [] : [{ wallet, lots: true, charge }];
    },
    decide(books, now) {
      const record = books.knownCharge(charge);
      if (record === undefined) return { kind: "charge_unknown" };
      const walletId = record.pin?.walletId ?? null;
      const wallet = walletId === null ? undefined : books.wallet(walletId);
      return refundableOf(record, wallet, policy, now);
    },
  };
}

function refundableOf(
  record: ChargeRecord,
  wallet: Wallet | undefined,
  policy: Policy,
  now: Instant,
): Refundable {
  const walletId = record.pin?.walletId ?? null;
  // A document below zero takes back what others topped up.
  const open = maximum(record.toppedUp - record.takenBack, 0n);
  const nothing = { fromOwnLots: 0n, fromExpired: 0n, fromOtherLots: 0n, uncovered: 0n };
  if (wallet === undefined || open === 0n) return { kind: "refundable", walletId, open, ...nothing };
  const due = new Changes(wallet, now);
  const cause = { ...withoutCharge(now, null), chargeId: record.id };
  const { line } = takeBack(due.wallet, cause, {
    kind: "take_back",
    amount: open,
    onUncovered: policy.onUncoveredReversal,
  });
  const own = new Set(wallet.lots.filter((lot) => lot.chargeId === record.id).map((lot) => lot.ordinal));
  const isOwn = ({ ordinal }: LotMove) => own.has(ordinal);
  return {
    kind: "refundable",
    walletId,
    open,
    fromOwnLots: taken(line.lotMoves.filter(isOwn), "remaining"),
    fromExpired: taken(line.lotMoves, "expired"),
    fromOtherLots: taken(
      line.lotMoves.filter((move) => !isOwn(move)),
      "remaining",
    ),
    uncovered: line.uncovered,
  };
}

/** What usage would be, and the line that it would be part of, if it requested anything. */
function quoteOf(usage: Usage, line: WalletLine | undefined): Quote {
  const { walletId, requested, covered, uncovered, limited, limitId, balanceAfter } = usage;
  const lots = (line?.lotMoves ?? []).map(({ lotId, remaining }) => ({ lotId, amount: absolute(remaining) }));
  const sides = { requested, covered, uncovered, limited, limitId, balanceAfter };
  return { kind: "quote", walletId, ...sides, lots };
}

const taken = (moves: readonly LotMove[], of: "remaining" | "expired"): Amount =>
  -sum(moves.map((move) => move[of]));
