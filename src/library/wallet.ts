import { type SpendingRefusal, SpendingRefused } from "../domain/errors.ts";
import { type EntryId, lineOfEntry } from "../domain/ids.ts";
import type { Amount } from "../domain/money.ts";
import type { Hold } from "../domain/spending/hold.ts";
import type { Usage } from "../domain/spending/usage.ts";
import { type Instant, toUnixMilliseconds } from "../domain/time.ts";
import { emptyWallet } from "../domain/wallet/wallet.ts";
import { balanceAnswer } from "../http/enough-balance.ts";
import { notPlaced } from "../http/holds.ts";
import { whyUnpriced } from "../http/kit/asked.ts";
import { problem } from "../http/kit/problem.ts";
import { pageJson } from "../http/kit/query.ts";
import {
  quoteAnswer,
  resultOf,
  settledHold,
  usageResult,
  usedElsewhere,
} from "../services/documents/usage.ts";
import { bookedLine, explainedLot, explanationAnswer } from "../services/documents/wallet.ts";
import type { ServingServices } from "../services/services.ts";
import {
  debitByHand,
  grantByHand,
  reverseEntry,
  writeOffRecovery,
} from "../services/spending/book-by-hand.ts";
import { quote } from "../services/spending/dry-run.ts";
import { enoughBalance, type Wanted } from "../services/spending/enough-balance.ts";
import {
  extendHold,
  type HoldPlaced,
  placeHold,
  releaseHold,
  settleHold,
  type ToReserve,
} from "../services/spending/holds.ts";
import { recordUsage, reverseUsage } from "../services/spending/usage.ts";
import { explainBalance, openWallet, readLots, readStatement } from "../services/spending/wallets.ts";
import { holdNoun, usageNoun } from "../store/wallets/nouns/spending.ts";
import { lotNoun, walletLineNoun, walletNoun } from "../store/wallets/nouns/wallet.ts";
import { holdById } from "../store/wallets/read/holds.ts";
import { usageById } from "../store/wallets/read/usage.ts";
import { walletById } from "../store/wallets/read/wallets.ts";
import { type Answer, answerOf, type Page, pageOf, withJson } from "./answer.ts";
import type * as answers from "./answers.ts";
import {
  type Moment,
  type PageAsked,
  readDebit,
  readExplained,
  readExtension,
  readGrant,
  readHeld,
  readOwner,
  readPage,
  readReversal,
  readUsageId,
  readUsed,
  readUsedOfHold,
  readWanted,
  readWindow,
  type Window,
} from "./asked.ts";
import type { Asking } from "./asking.ts";

export type { Wanted } from "../services/spending/enough-balance.ts";
export type { ToReserve as Reserved } from "../services/spending/holds.ts";

/**
 * An owner's wallet in one currency, as an app uses it. It need not exist: then nothing is available, and whoever uses, holds or
 * books opens it. Whatever is asked, it throws SpendingRefused if that is wrong, StorageUnavailable while the database does not
 * answer, and Closed after `close()`. Amounts are `bigint`, in minor units of the wallet's currency.
 */
export interface SpendingWallet {
  /** As in the API: `wal_…`. */
  readonly id: string;
  /** Your name for the customer, or `<provider>:<customer>` of one that nobody linked. */
  readonly owner: string;
  /** In capitals: `USD`. */
  readonly currency: string;
  /**
   * Whether the wallet could pay for this now: for an amount, or for a quantity of a meter. The name of a meter alone means a
   * quantity of 1. It promises nothing for later and keeps nothing back: of two requests that come at once both may hear yes, where
   * only one can be paid. Place a hold where that matters. An `id` that was used already costs nothing again: ask `usage` for it.
   */
  enoughBalance(wanted: string | (Wanted & ForMember)): Promise<Enough>;
  /**
   * Debits what was used, as far as value is available. It never refuses for want of it: what no value was there for is `uncovered`,
   * and nobody pays it. `id` is yours, and unique in the whole database, among all customers: sent again with the same content, also
   * after a crash, it debits nothing and gives the first result. With other content, or of another wallet, it throws
   * `id_used_for_other_content`.
   */
  use(used: Used): Promise<Paid>;
  /**
   * What was used under this `id`, and what it was paid; `null` if this wallet has not used it. So a repeated request is told from a new
   * one, also when nothing is left. What settled a hold is found by the hold's id.
   */
  usage(id: string): Promise<answers.Usage | null>;
  /**
   * Reserves value for usage in flight: `{ kind: "held" }` with its methods, or why not: `{ kind: "insufficient_balance" }`,
   * `{ kind: "limit_reached" }`. Settle it with what was really used, or release it; left alone it expires after `expiresIn` seconds.
   * With an `idempotencyKey` a repeat is given the first one's hold.
   */
  hold(wanted: HoldAsked): Promise<PlacedHold | NotEnough | LimitReached>;
  /** What usage would cost now, in minor units, and which lots would pay for it, in order; nothing is changed or reserved. */
  quote(wanted: string | (Wanted & ForMember)): Promise<answers.Quote>;
  /** What it holds now (`balance`), what of that is on hold (`held`) and what can be spent (`available`), in minor units. A wallet that nobody opened yet holds 0. */
  balance(): Promise<answers.Wallet>;
  /** Its lines with the running balance, the newest first; the window is on the provider's clock. */
  statement(asked?: Window & PageAsked): Promise<Page<answers.StatementLine>>;
  /** What is left of each top-up and grant. */
  lots(asked?: PageAsked): Promise<Page<answers.Lot>>;
  /** The balance at a time on our clock (now, if none is said), down to the lots it consists of, their charges and events. */
  explain(
    asked?: { readonly at?: Moment } & PageAsked,
  ): Promise<answers.Explanation & Page<answers.ExplainedLot>>;
  /** What take-backs could not cover and later top-ups repay first, and how to forgive it. */
  recovery(): Promise<Recovery>;
  /** Gives value: a lot of its own. */
  grant(granted: Grant): Promise<answers.BookedLine>;
  /** Lowers it by hand as far as value is available; what is not is `uncovered`. */
  debit(debited: Debit): Promise<answers.BookedLine>;
  /** Undoes usage by the `id` it was used with: its cost exactly, back to the lots it came from. Once. */
  reverse(usage: { readonly id: string; readonly reason: string }): Promise<answers.Usage>;
  /** Undoes a grant or debit by hand, by its `entryId`: a debit altogether, a grant as far as its lot still has it. */
  reverse(entry: {
    readonly entryId: string;
    readonly reason: string;
    readonly idempotencyKey?: string;
  }): Promise<answers.BookedLine>;
}

/** Who of those that spend for the owner: limits may be theirs, and reports tell them apart. */
export interface ForMember {
  /** Your own name for them: 1 to 255 printable characters without spaces. */
  readonly member?: string;
}

/** What was used. */
export interface Used extends ForMember {
  /** Yours, for ever: 1 to 255 printable characters without spaces. */
  readonly id: string;
  /** One of the policy's. */
  readonly meter: string;
  /** A decimal string or a safe integer, 0 or more, at most 12 decimals. */
  readonly quantity: string | number;
  /** By your clock. */
  readonly occurredAt?: Moment | Instant;
}

/** The value to reserve, for a quantity of a meter or an amount in minor units, and for how long. */
export type HoldAsked = ToReserve & HoldTime & ForMember & HoldOnce;

export interface HoldOnce {
  /**
   * With the same key and content it is placed once, however often it is called: again, it gives that hold, open, settled or expired.
   * What had no effect is tried anew: what was not placed, or was released.
   */
  readonly idempotencyKey?: string;
}

export interface HoldTime {
  /** In seconds, 1 to 86,400; then it reserves nothing any more. */
  readonly expiresIn: number;
}

/** What a person or a promotion gives. */
export interface Grant {
  /** More than 0. */
  readonly amount: Amount;
  /** `promo` costs you something; `paid` was paid for elsewhere. Promo value is never taken back for a refund. */
  readonly kind: "promo" | "paid";
  /** Read by people who ask, years later, why. */
  readonly reason: string;
  /** From then on it can no longer be spent; never, if none is said. */
  readonly expiresAt?: Moment | null;
  /** Lots of the lowest are spent first; 0 unless said otherwise. */
  readonly priority?: number;
  /** Where paid value was paid: to your bank, or before these books began. */
  readonly source?: "bank" | "opening";
  /** With the same key and content it is booked once, however often it is called. */
  readonly idempotencyKey?: string;
}

/** What a person takes. */
export interface Debit {
  /** More than 0. */
  readonly amount: Amount;
  /** Read by people who ask, years later, why. */
  readonly reason: string;
  /** With the same key and content it is booked once, however often it is called. */
  readonly idempotencyKey?: string;
}

/** Whether a wallet could pay. Amounts are in minor units of its currency. */
export interface Enough extends Answer {
  /** Whether balance and limits suffice for all of the cost. */
  readonly enough: boolean;
  /** What could be spent now: the balance less what is held, never below 0. */
  readonly available: Amount;
  /** Of what was asked for, rounded up to a whole minor unit. */
  readonly cost: Amount;
  /** What the balance lacks; 0 if it suffices. */
  readonly shortfall: Amount;
  /** What of the cost the balance has, and a limit keeps. */
  readonly limited: Amount;
  /** The limit that leaves the least, and what it leaves; `null` if none is of what is asked for. */
  readonly limitId: string | null;
  /** What that limit leaves in its period; `null` without one. */
  readonly limitLeft: Amount | null;
  /** Rises with each line of the wallet's statement: the answer is as fresh as that. */
  readonly seq: number;
}

/** What was debited, in minor units of the wallet's currency: `requested = covered + uncovered`. */
export interface Paid extends Answer {
  /** What it costs, in whole minor units: fractions wait until they are one. */
  readonly requested: Amount;
  /** What of it the wallet paid. */
  readonly covered: Amount;
  /** What no value was there for. Usage that happened is never refused: nobody pays this. */
  readonly uncovered: Amount;
  /** What of the uncovered value would have covered, but for a limit, and which. */
  readonly limited: Amount;
  /** The limit that kept it; `null` if none did. */
  readonly limitId: string | null;
  /** What the wallet holds after it. */
  readonly balance: Amount;
}

/** The balance does not suffice for a hold. As JSON it is the API's answer 402. */
export interface NotEnough extends Answer {
  /** Tells it from a hold that was placed. */
  readonly kind: "insufficient_balance";
  /** What could be held now, in minor units. */
  readonly available: Amount;
  /** What of the amount is missing. */
  readonly shortfall: Amount;
}

/** … where a limit keeps it. */
export interface LimitReached extends Answer {
  /** Tells it from a hold that was placed. */
  readonly kind: "limit_reached";
  /** What the balance would let be held, in minor units. */
  readonly available: Amount;
  /** What of the amount the limit keeps. */
  readonly limited: Amount;
  /** The limit, as you called it. */
  readonly limitId: string;
  /** What it leaves in its period. */
  readonly limitLeft: Amount;
}

/** Each of its methods may be called again with the same value; a closed hold throws SpendingRefused `hold_closed`. */
export interface PlacedHold extends Answer {
  /** Tells it from one that was not placed. */
  readonly kind: "held";
  /** As in the API. */
  readonly id: string;
  /** What is reserved, in minor units. */
  readonly amount: Amount;
  /** When it stops reserving. */
  readonly expiresAt: Date;
  /**
   * `open`; of a repeat by its key, how it stands by now: of one that is `expired` nothing is reserved any more, and what is
   * settled of it may find nothing to be paid with.
   */
  readonly status: answers.Hold["status"];
  /** Debits what was really used: less frees the rest, more draws on the free balance. After expiry it is accepted as late. */
  settle(used: { readonly quantity: string | number } | { readonly amount: Amount }): Promise<Paid>;
  /** Nothing was used. What is settled is not released: `hold_closed`. */
  release(): Promise<void>;
  /** Gives it so many seconds more, from now; gives when it expires. */
  extend(more: { readonly expiresIn: number }): Promise<Date>;
}

/** What is to be repaid. */
export interface Recovery extends Answer {
  /** Of which wallet: `wal_…`. */
  readonly walletId: string;
  /** In capitals: `USD`. */
  readonly currency: string;
  /** What take-backs could not cover, and later top-ups repay first. */
  readonly recovery: Amount;
  /** Forgives that much of it, the oldest first; more than there is would be a mistake: `exceeds_recovery`. */
  writeOff(forgiven: Debit): Promise<readonly answers.BookedLine[]>;
}

const meterIn = (asked: Wanted | ToReserve): string | undefined =>
  "meter" in asked ? asked.meter : undefined;

/** @throws SpendingRefused if that names no owner or no currency */
export function spendingWallet(
  asking: Asking,
  of: { readonly owner: string; readonly currency: string },
): SpendingWallet {
  const { owner, currency } = readOwner(of);
  const id = asking.services.store.walletIds.of(owner, currency);
  const payer = { owner };
  const totals = async (services: ServingServices) =>
    (await walletById(services.store.read, id)) ?? emptyWallet(id, owner, currency);

  /** In the words of the policy, where it is about one of its meters. */
  const refusedFor = (reason: SpendingRefusal, meter: string | undefined): SpendingRefused => {
    const why = whyUnpriced(asking.services, reason, { meter, currency });
    return new SpendingRefused(reason, why === undefined ? undefined : `meter: ${why}`);
  };

  /** In a wallet that is there from now on. */
  const byHand = async <Asked extends { readonly idempotencyKey: string | null }>(
    name: string,
    asked: Asked,
    book: (services: ServingServices, asked: Asked) => ReturnType<typeof grantByHand>,
  ): Promise<answers.BookedLine> =>
    asking.ask(async (services) => {
      await openWallet(services, { owner, currency });
      const result = await book(asking.once(asked.idempotencyKey, [name, id, asked]), asked);
      if (result.kind === "booked") return answerOf(bookedLine, bookedLine.toJson(result.line));
      throw new SpendingRefused(result.kind === "expires_at_past" ? "expires_at_invalid" : "amount_invalid");
    });

  return {
    id,
    owner,
    currency,
    enoughBalance: async (asked) => {
      const question = { payer, ...readWanted(asked, { least: 0n }), currency };
      const answer = await asking.ask((services) => enoughBalance(services, question));
      if (answer.kind === "refused") throw refusedFor(answer.reason, meterIn(question.wanted));
      const { kind: _, walletId: __, ...said } = answer;
      return withJson(said, () => balanceAnswer.toJson(answer));
    },
    use: async (used) => {
      const event = { ...readUsed(used), payer, currency };
      const [result] = await asking.ask((services) => recordUsage(services, [event]));
      if (result?.outcome === "applied" || result?.outcome === "duplicate")
        return paidOf(result.usage, () => usageResult.toJson(resultOf(result)));
      if (result?.outcome === "rejected") throw refusedFor(result.reason, event.meter);
      const isElsewhere = result?.outcome === "conflict" && result.isElsewhere;
      const why = isElsewhere ? `id: ${usedElsewhere}` : undefined;
      throw new SpendingRefused("id_used_for_other_content", why);
    },
    usage: async (given) => {
      const usageId = readUsageId(given);
      const known = await asking.ask((services) => usageById(services.store.read, usageId));
      return known?.walletId === id ? answerOf(usageNoun, usageNoun.toJson(known)) : null;
    },
    hold: async (wanted) => {
      const { idempotencyKey, ...held } = readHeld(wanted);
      const request = { ...held, payer, currency };
      const placed = await asking.ask((services) =>
        idempotencyKey === null
          ? placeHold(services, request)
          : placedOnce(asking, idempotencyKey, { walletId: id, request }),
      );
      if (placed.kind === "refused") throw refusedFor(placed.reason, meterIn(request.reserved));
      return placed.kind === "placed" ? placedHold(asking, placed.hold) : notHeld(placed);
    },
    quote: async (asked) => {
      const question = { payer, ...readWanted(asked, { least: 1n }), currency };
      const quoted = await asking.ask((services) => quote(services, question));
      if (quoted.kind === "refused") throw refusedFor(quoted.reason, meterIn(question.wanted));
      return answerOf(quoteAnswer, quoteAnswer.toJson(quoted));
    },
    balance: () =>
      asking.ask(async (services) => answerOf(walletNoun, walletNoun.toJson(await totals(services)))),
    statement: async (asked) => {
      const { window, page } = readWindow("statement", asked);
      const lines = await asking.ask((services) => readStatement(services, id, window, page));
      return pageOf(walletLineNoun, pageJson("statement", lines ?? none, walletLineNoun.toJson));
    },
    lots: async (asked) => {
      const page = readPage("lots", asked);
      const lots = await asking.ask((services) => readLots(services, id, page));
      return pageOf(lotNoun, pageJson("lots", lots ?? none, lotNoun.toJson));
    },
    explain: async (asked) => {
      const { at, page } = readExplained("explanation", asked);
      const explained = await asking.ask((services) => explainBalance(services, id, { at }, page));
      if (explained === undefined) throw new SpendingRefused("unknown_wallet");
      const { data, next_cursor } = pageJson("explanation", explained.lots, explainedLot.toJson);
      const document = { ...explanationAnswer.toJson(explained), data, next_cursor };
      return pageOf<answers.ExplainedLot, answers.Explanation>(explainedLot, document, explanationAnswer);
    },
    recovery: async () => {
      const { recovery } = await asking.ask(totals);
      const open = { walletId: id, currency, recovery };
      const writeOff = async (forgiven: Debit) => {
        const asked = readDebit(forgiven);
        const once = asking.once(asked.idempotencyKey, ["write-off", id, asked]);
        const result = await asking.ask(() => writeOffRecovery(once, { walletId: id, ...asked }));
        if (result.kind === "written_off")
          return result.lines.map((line) =>
            answerOf<answers.BookedLine>(bookedLine, bookedLine.toJson(line)),
          );
        if (result.kind === "exceeds_recovery") throw new SpendingRefused(result.kind);
        throw new SpendingRefused(result.kind === "wallet_unknown" ? "exceeds_recovery" : result.kind);
      };
      return withJson({ ...open, writeOff }, () => ({ wallet_id: id, currency, recovery: String(recovery) }));
    },
    grant: async (granted) =>
      byHand("grant", readGrant(granted), (services, { idempotencyKey: _, ...terms }) =>
        grantByHand(services, { walletId: id, ...terms }),
      ),
    debit: async (debited) =>
      byHand("debit", readDebit(debited), (services, { amount, reason }) =>
        debitByHand(services, { walletId: id, amount, reason }),
      ),
    reverse: ((given: unknown) => reverse(asking, id, given)) as SpendingWallet["reverse"],
  };
}

const none = { rows: [], next: null };

/** Under one key there is one hold at a time; what was released was used for nothing, and the next attempt holds anew. */
async function placedOnce(
  asking: Asking,
  key: string,
  { walletId, request }: { readonly walletId: string; readonly request: Parameters<typeof placeHold>[1] },
): Promise<HoldPlaced> {
  const { payer: _, ...asked } = request;
  for (let attempt = 0; ; attempt += 1) {
    let isRepeated = false;
    const services = asking.once(key, ["hold", walletId, asked], {
      no: attempt,
      isKept: (result) => (result as HoldPlaced).kind === "placed",
      onRepeated: () => {
        isRepeated = true;
      },
    });
    const placed = await placeHold(services, request);
    if (!isRepeated || placed.kind !== "placed") return placed;
    const hold = await holdById(services.store.read, placed.hold.id);
    if (hold?.status !== "released") return { kind: "placed", hold: hold ?? placed.hold };
  }
}

/** What is another wallet's is not here. */
async function reverse(asking: Asking, id: string, given: unknown): Promise<Answer> {
  const asked = readReversal(given);
  const { reason } = asked;
  if (asked.kind === "usage") {
    const usage = await asking.ask(async (services) => {
      const known = await usageById(services.store.read, asked.usageId);
      if (known?.walletId !== id) throw new SpendingRefused("unknown_usage");
      return reverseUsage(services, { id: asked.usageId, reason });
    });
    if (usage.kind === "reversed" || usage.kind === "already_reversed")
      return answerOf(usageNoun, usageNoun.toJson(usage.usage));
    throw new SpendingRefused(usage.kind === "usage_unknown" ? "unknown_usage" : usage.kind);
  }
  const { entryId, idempotencyKey } = asked;
  if (lineOfEntry(entryId)?.walletId !== id) throw new SpendingRefused("unknown_entry");
  const once = asking.once(idempotencyKey, ["reverse", entryId, reason]);
  const result = await asking.ask(() => reverseEntry(once, { entryId: entryId as EntryId, reason }));
  if (result.kind === "reversed") return answerOf(bookedLine, bookedLine.toJson(result.line));
  throw new SpendingRefused(result.kind === "entry_unknown" ? "unknown_entry" : result.kind);
}

function placedHold(asking: Asking, hold: Hold): PlacedHold {
  const { id } = hold;
  const ask: Asking["ask"] = (question) => asking.ask(question);
  const { amount, expiresAt } = hold;
  const hasExpired = hold.status === "open" && expiresAt <= asking.services.clock.now();
  const status = hasExpired ? ("expired" as const) : hold.status;
  const said = { kind: "held" as const, id, amount, expiresAt: dateOf(expiresAt), status };
  const methods: Pick<PlacedHold, "settle" | "release" | "extend"> = {
    settle: async (used) => {
      const value = readUsedOfHold(used);
      const result = await ask((services) => settleHold(services, id, value));
      if (result.kind === "settled") return paidOf(result.usage, () => settledHold.toJson(result));
      throw new SpendingRefused(result.kind === "refused" ? result.reason : result.kind);
    },
    release: async () => {
      const result = await ask((services) => releaseHold(services, id));
      if (result.kind !== "closed") throw new SpendingRefused(result.kind);
    },
    extend: async (more) => {
      const seconds = readExtension(more);
      const result = await ask((services) => extendHold(services, id, seconds));
      if (result.kind === "extended") return dateOf(result.hold.expiresAt);
      throw new SpendingRefused(result.kind === "refused" ? result.reason : result.kind);
    },
  };
  return withJson({ ...said, ...methods }, () => holdNoun.toJson(hold));
}

function notHeld(result: Parameters<typeof notPlaced>[0]): NotEnough | LimitReached {
  const toJSON = () => {
    const { detail, members } = notPlaced(result);
    return { ...problem(result.kind, detail), ...members };
  };
  if (result.kind === "insufficient_balance") return withJson(result, toJSON);
  const { left: limitLeft, ...said } = result;
  return withJson({ ...said, limitLeft }, toJSON);
}

function paidOf(usage: Usage, toJSON: Answer["toJSON"]): Paid {
  const { requested, covered, uncovered, limited, limitId, balanceAfter: balance } = usage;
  return withJson({ requested, covered, uncovered, limited, limitId, balance }, toJSON);
}

const dateOf = (instant: Instant): Date => new Date(toUnixMilliseconds(instant));
