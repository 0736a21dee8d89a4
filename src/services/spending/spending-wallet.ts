import { SpendingRefused, StorageUnavailable } from "../../domain/errors.ts";
import type { Amount } from "../../domain/money.ts";
import type { Usage } from "../../domain/spending/usage.ts";
import { type Instant, toUnixMilliseconds } from "../../domain/time.ts";
import type { Hold } from "../read/holds.ts";
import type { Services } from "../services.ts";
import {
  readExtension,
  readHeld,
  readOwner,
  readUsed,
  readUsedOfHold,
  readWanted,
} from "./asked-of-wallet.ts";
import { extendHold, releaseHold, settleHold } from "./close-hold.ts";
import { enoughBalance, type Wanted } from "./enough-balance.ts";
import { placeHold, type Reserved } from "./place-hold.ts";
import { recordUsage } from "./record-usage.ts";

export type { Wanted } from "./enough-balance.ts";
export type { Reserved } from "./place-hold.ts";

/**
 * An owner's wallet in one currency, as an app spends it. It need not exist: then nothing is available. Whatever is asked,
 * it throws StorageUnavailable while the database does not answer, and Closed after `close()`.
 */
export interface SpendingWallet {
  /**
   * Whether the wallet could pay for this now: for an amount, or for a quantity of a meter. The name of a meter alone means a
   * quantity of 1. It promises nothing for later: where two requests may come at once, place a hold.
   * @throws SpendingRefused if it cannot be priced
   */
  enoughBalance(wanted: string | Wanted): Promise<Enough>;
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
  /** By your clock. */
  readonly occurredAt?: Date | Instant;
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

/** @throws SpendingRefused if that names no owner or no currency */
export function spendingWallet(
  services: Services,
  of: { readonly owner: string; readonly currency: string },
): SpendingWallet {
  const { owner, currency } = readOwner(of);
  const payer = { owner };
  return {
    enoughBalance: async (wanted) => {
      const question = { payer, wanted: readWanted(wanted, { least: 0n }), currency };
      const answer = await answered(services, enoughBalance(services, question));
      if (answer.kind === "refused") throw new SpendingRefused(answer.reason);
      const { enough, available, cost, shortfall, seq } = answer;
      return { enough, available, cost, shortfall, seq };
    },
    use: async (used) => {
      const event = { ...readUsed(used), payer, currency };
      const [result] = await answered(services, recordUsage(services, [event]));
      if (result?.outcome === "applied" || result?.outcome === "duplicate") return paidOf(result.usage);
      throw new SpendingRefused(result?.outcome === "rejected" ? result.reason : "id_used_for_other_content");
    },
    hold: async (wanted) => {
      const request = { ...readHeld(wanted), payer, currency };
      const placed = await answered(services, placeHold(services, request));
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
      const result = await answered(services, settleHold(services, id, readUsedOfHold(used)));
      if (result.kind === "settled") return paidOf(result.usage);
      throw new SpendingRefused(result.kind === "refused" ? result.reason : result.kind);
    },
    release: async () => {
      const result = await answered(services, releaseHold(services, id));
      if (result.kind !== "closed") throw new SpendingRefused(result.kind);
    },
    extend: async (more) => {
      const result = await answered(services, extendHold(services, id, readExtension(more)));
      if (result.kind === "extended") return dateOf(result.hold.expiresAt);
      throw new SpendingRefused(result.kind === "refused" ? result.reason : result.kind);
    },
  };
}

/** The database's own errors are of its driver's words and codes: an app is told the same whichever it is. */
async function answered<Answer>({ store }: Services, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (!store.isUnavailable(error)) throw error;
    throw new StorageUnavailable("The database does not answer. Ask again later.", { cause: error });
  }
}

function paidOf({ requested, covered, uncovered, balanceAfter }: Usage): Paid {
  return { requested, covered, uncovered, balance: balanceAfter };
}

const dateOf = (instant: Instant): Date => new Date(toUnixMilliseconds(instant));
