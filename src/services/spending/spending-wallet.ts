import type { UsageId } from "../../domain/ids.ts";
import type { Amount } from "../../domain/money.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import { type Instant, toUnixMilliseconds } from "../../domain/time.ts";
import type { Hold } from "../read/holds.ts";
import type { Services } from "../services.ts";
import { extendHold, releaseHold, settleHold } from "./close-hold.ts";
import { enoughBalance } from "./enough-balance.ts";
import { placeHold, type Reserved } from "./place-hold.ts";
import { recordUsage } from "./record-usage.ts";

/** An owner's wallet in one currency, as an app spends it. It need not exist: then nothing is available. */
export interface SpendingWallet {
  /**
   * Whether the wallet could pay for this now. It promises nothing for later: where two requests may come at once, place a
   * hold.
   * @throws SpendingRefused if it cannot be priced
   */
  enoughBalance(wanted: Reserved): Promise<Enough>;
  /**
   * Debits what was used, as far as value is available. `id` is yours, and unique in the whole database: sent again with the
   * same content, also after a crash, it debits nothing and gives the first result.
   * @throws SpendingRefused if it cannot be priced, or the id was used for something else (`id_used_for_other_content`)
   */
  use(used: Used): Promise<Paid>;
  /**
   * Reserves value for usage in flight.
   * @throws SpendingRefused if it cannot be priced
   */
  hold(wanted: Reserved & { readonly expiresIn: number }): Promise<PlacedHold | NotEnough>;
}

export interface Used {
  readonly id: string;
  readonly meter: string;
  /** A decimal string or a safe integer, 0 or more, at most 12 decimals. */
  readonly quantity: string | number;
  readonly occurredAt?: Instant;
}

/** Amounts are in minor units of the wallet's currency. */
export interface Enough {
  readonly enough: boolean;
  readonly available: Amount;
  /** Rounded up. */
  readonly cost: Amount;
  readonly shortfall: Amount;
  /** Rises with each line of the wallet's statement: the answer is as fresh as that. */
  readonly seq: number;
}

/** `requested = covered + uncovered`. */
export interface Paid {
  readonly requested: Amount;
  readonly covered: Amount;
  readonly uncovered: Amount;
  readonly balance: Amount;
}

export interface NotEnough {
  readonly kind: "insufficient_balance";
  readonly available: Amount;
  readonly shortfall: Amount;
}

/** Each of its methods may be called again with the same value; a closed hold throws SpendingRefused `hold_closed`. */
export interface PlacedHold {
  readonly kind: "held";
  readonly id: string;
  readonly amount: Amount;
  readonly expiresAt: Date;
  /** Debits what was really used: less frees the rest, more draws on the free balance. After expiry it is accepted as late. */
  settle(used: { readonly quantity: string | number } | { readonly amount: Amount }): Promise<Paid>;
  /** Nothing was used. */
  release(): Promise<void>;
  /** Gives it so many seconds more, from now; gives when it expires. */
  extend(more: { readonly expiresIn: number }): Promise<Date>;
}

/** What was asked for is wrong, and would be so again; `code` is the API's. */
export class SpendingRefused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`The wallet refused it: ${code}.`);
    this.code = code;
  }
}

export function spendingWallet(
  services: Services,
  { owner, currency }: { readonly owner: string; readonly currency: string },
): SpendingWallet {
  const payer = { owner };
  return {
    enoughBalance: async (wanted) => {
      const answer = await enoughBalance(services, { payer, wanted, currency });
      if (answer.kind === "refused") throw new SpendingRefused(answer.reason);
      const { enough, available, cost, shortfall, seq } = answer;
      return { enough, available, cost, shortfall, seq };
    },
    use: async ({ id, occurredAt = null, ...used }) => {
      const event = { ...used, id: id as UsageId, payer, currency, occurredAt };
      const [result] = await recordUsage(services, [event]);
      if (result?.outcome === "applied" || result?.outcome === "duplicate") return paidOf(result.usage);
      throw new SpendingRefused(result?.outcome === "rejected" ? result.reason : "id_used_for_other_content");
    },
    hold: async ({ expiresIn, ...reserved }) => {
      const placed = await placeHold(services, { payer, reserved, currency, expiresInSeconds: expiresIn });
      if (placed.kind === "refused") throw new SpendingRefused(placed.reason);
      return placed.kind === "placed" ? placedHold(services, placed.hold) : placed;
    },
  };
}

function placedHold(services: Services, hold: Hold): PlacedHold {
  const { id } = hold;
  return {
    kind: "held",
    id,
    amount: hold.amount,
    expiresAt: dateOf(hold.expiresAt),
    settle: async (used) => {
      const result = await settleHold(services, id, used);
      if (result.kind === "settled") return paidOf(result.usage);
      throw new SpendingRefused(result.kind === "refused" ? result.reason : result.kind);
    },
    release: async () => {
      const result = await releaseHold(services, id);
      if (result.kind !== "closed") throw new SpendingRefused(result.kind);
    },
    extend: async ({ expiresIn }) => {
      const result = await extendHold(services, id, expiresIn);
      if (result.kind === "extended") return dateOf(result.hold.expiresAt);
      throw new SpendingRefused(result.kind === "refused" ? result.reason : result.kind);
    },
  };
}

function paidOf({ requested, covered, uncovered, balanceAfter }: Usage): Paid {
  return { requested, covered, uncovered, balance: balanceAfter };
}

const dateOf = (instant: Instant): Date => new Date(toUnixMilliseconds(instant));
