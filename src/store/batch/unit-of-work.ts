import type { Books } from "../../domain/books.ts";
import type {
  ChargeId,
  DiscrepancyId,
  EntryId,
  EventId,
  HoldId,
  LimitId,
  PayoutId,
  UsageId,
  WalletId,
} from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import type { Recount } from "../wallets/limits.ts";

/** By what each noun is asked for, in the first round of reading. */
export interface NeededIds {
  charges: ChargeId;
  /** Made by `nameKey`, of objects that name each other: all charges that facts of them are about. */
  names: string;
  payouts: PayoutId;
  events: EventId;
  /** Wallets that are known beforehand: only for the order of works. They are read in the second round. */
  wallets: WalletId;
  /** Made by `nameKey`, of objects whose facts say what they are, and whose. */
  claims: string;
  /** Made by `nameKey`, of subscriptions and links through which something was sold. */
  sellers: string;
  /** Limits that are set: whose those of these ids are. */
  limits: LimitId;
  /** Read without a lock: it tells whether usage is known, and of which wallet. */
  usage: UsageId;
  /** Made by `customerKey`. */
  customers: string;
  /** Made by `customerCreditId`. */
  credits: string;
  /** Those that a person decides on. */
  discrepancies: DiscrepancyId;
  /** Messages whose delivery goes on, by the numbers that reading them gave. */
  messages: bigint;
  /** Made by `idempotencyId`. */
  idempotencyKeys: string;
}

export type Needed = keyof NeededIds;

/** What must be read before a work can be decided. Ids may repeat, also across the works of a batch. */
export interface Needs extends NeedsByNoun {
  /** Whether charges are read with all their facts, also those that nothing depends on any more. */
  readonly wholeHistory?: boolean;
}
type NeedsByNoun = { readonly [Noun in Needed]?: readonly NeededIds[Noun][] };

/** A wallet is known only once its charge is: a second round of reading, after the first was locked. */
export interface WalletNeed {
  readonly wallet: WalletId;
  /** Whether value may leave it: then its open lots are read, and with `charge` that charge's lots and wallet lines. */
  readonly lots: boolean;
  readonly charge: ChargeId | null;
  /** Read once the wallet is locked, with the usage that settled them. */
  readonly holds?: readonly HoldId[];
  /** Usage to be reversed, or the entry of a line to be undone: read with the lots it used. Only for a work that is `alone`. */
  readonly undo?: UsageToUndo | EntryToUndo;
  /** The earliest moment of what is to be spent, if not now: what limits counted then is read with them. */
  readonly since?: Instant;
  /** What a new limit counts of what is there. Only for a work that is `alone`. */
  readonly recounts?: Recount;
}

export interface UsageToUndo {
  readonly usage: UsageId;
}

export interface EntryToUndo {
  readonly entry: EntryId;
}

/**
 * One thing to be decided on the books and stored, in one transaction with the others of its batch. `decide` is pure but
 * for the books it is given; it may run more than once, each time on books loaded anew.
 */
export interface Work<Result> {
  readonly needs: Needs;
  /** Whether it must be a batch of its own: what it reads must not have been changed by a neighbour. */
  readonly alone?: boolean;
  /** How many small things it is, if more than one: a batch takes only so many, so that its commit stays short. */
  readonly weight?: number;
  /** About how much memory it holds while it waits, where that is much. */
  readonly bytes?: number;
  walletNeeds?(books: Books): readonly WalletNeed[];
  decide(books: Books, now: Instant): Result;
}

export const walletNeedsOf = (work: Work<unknown>, books: Books): readonly WalletNeed[] =>
  work.walletNeeds?.(books) ?? [];
