import type { EntryKind } from "../../domain/book/journal.ts";
import type { Month } from "../../domain/local-calendar.ts";
import type { Amount } from "../../domain/money.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import {
  bookedCreditsAfter,
  type PartSum,
  type RollWindow,
  type ToldCredit,
  toldCredits,
  type WalletPart,
  walletBalances,
  walletMovements,
  walletParts,
} from "../../store/ledger/read/rollforward.ts";
import type { Services } from "../services.ts";
import { taxInWallets } from "./tax-in-wallets.ts";

const pageSize = 200;

/** Credit that is on our books, added up over customers: by provider, account and currency. */
async function bookedCredits(db: Snapshot["read"], window: RollWindow): Promise<ToldCredit[]> {
  const sums = new Map<string, ToldCredit>();
  for (let page = await bookedCreditsAfter(db, window, null, pageSize); page.length > 0; ) {
    for (const { account: path, steps, ...credit } of page) {
      // What began later is nothing that a month which was over could have shown.
      if (steps === 0n) continue;
      const [, , provider = "", account = ""] = path.split(":");
      const key = `${provider}:${account}:${credit.currency}`;
      const before = sums.get(key) ?? { opening: 0n, opened: 0n, issued: 0n, applied: 0n, closing: 0n };
      sums.set(key, {
        provider,
        account,
        currency: credit.currency,
        opening: before.opening + credit.opening,
        opened: before.opened + credit.opened,
        issued: before.issued + credit.issued,
        applied: before.applied + credit.applied,
        closing: before.closing + credit.closing,
      });
    }
    page = await bookedCreditsAfter(db, window, page.at(-1) ?? null, pageSize);
  }
  return [...sums.values()];
}

/** How one thing came from what it was to what it is, in one currency. */
export interface RolledForward {
  readonly of: `wallets_${WalletPart}` | "provider_credit";
  /** Whose clock the month is by. */
  readonly clock: ClockName;
  /** Of credit that a provider holds; wallets are of no provider. */
  readonly provider: string | null;
  readonly account: string | null;
  readonly currency: string;
  readonly opening: Amount;
  /** By name, in the order of the report: what came is positive, what went is negative. */
  readonly lines: Readonly<Record<string, Amount>>;
  /** Added up from all postings before the end, not from the lines. */
  readonly closing: Amount;
  /** What of the closing is tax; `null` where that is no question: it is one of paid value in wallets. */
  readonly ofWhichTax: Amount | null;
  /** Whether opening and lines make the closing. */
  readonly ties: boolean;
}

export interface RollForwardOptions {
  readonly month: Month;
  readonly clock: ClockName;
  readonly currency?: string | undefined;
}

/** Of wallets by currency, and of provider-held credit by provider and currency: all of one moment. */
export async function rollForward(services: Services, options: RollForwardOptions): Promise<RolledForward[]> {
  const snapshot = await services.store.openSnapshot();
  try {
    const rolled = [
      ...(await walletsForward(services, snapshot.read, options)),
      ...(await creditForward(snapshot.read, options)),
    ];
    return rolled.filter(({ currency }) => options.currency === undefined || currency === options.currency);
  } finally {
    await snapshot.close();
  }
}

/** The line that an entry's kind is part of; each is shown even if nothing happened. */
const walletLines: Readonly<Record<EntryKind, string>> = {
  top_up: "sold",
  grant: "granted",
  grant_reversal: "grants_reversed",
  debit: "used",
  usage: "used",
  debit_reversal: "use_reversed",
  usage_reversal: "use_reversed",
  expiry: "expired",
  take_back: "taken_back",
  restore: "restored",
  link_out: "linked",
  link_in: "linked",
  write_off: "written_off",
  provider: "other",
  correction: "other",
  replanned: "other",
  top_up_correction: "sold",
  top_up_regained: "sold",
  take_back_correction: "taken_back",
  restore_correction: "restored",
};

/** What is not covered of a take-back is owed, until a later sale repays it, or written off. */
const owedLines: Readonly<Record<EntryKind, string>> = {
  ...walletLines,
  take_back: "uncovered",
  top_up: "repaid",
  top_up_correction: "uncovered",
  top_up_regained: "uncovered",
  take_back_correction: "uncovered",
};

/** By our clock what was booked once stays as it was: what corrects it has a line of its own, in the month of its commit. */
const correctingLines: Partial<Readonly<Record<EntryKind, string>>> = {
  top_up_correction: "corrected",
  top_up_regained: "corrected",
  take_back_correction: "corrected",
  restore_correction: "corrected",
};

async function walletsForward(
  services: Services,
  db: Snapshot["read"],
  { month: { from, to }, clock }: RollForwardOptions,
): Promise<RolledForward[]> {
  const opening = await walletBalances(db, from, clock);
  const closing = await walletBalances(db, to, clock);
  const taxes = await taxInWallets(services, db, { before: to, clock });
  const movements = await walletMovements(db, { from, to, clock });
  return walletParts.flatMap((part) => {
    const currencies = [
      ...new Set([...opening, ...closing].filter((sum) => sum.part === part).map(currencyOf)),
    ];
    return currencies.sort().map((currency) => {
      const isOwn = (sum: PartSum) => sum.part === part && sum.currency === currency;
      // What wallets owe their owners is credit; here it is shown as what owners have.
      const sign = part === "paid" || part === "promo" ? -1n : 1n;
      const lines = emptyLines(part);
      for (const { kind, amount } of movements.filter(isOwn)) {
        const name = namesOf(part, clock)[kind];
        lines[name] = (lines[name] ?? 0n) + sign * amount;
      }
      const at = (sums: readonly PartSum[]) => sign * (sums.find(isOwn)?.amount ?? 0n);
      const of = { of: `wallets_${part}` as const, clock, provider: null, account: null, currency };
      const ofWhichTax = part === "paid" ? (taxes.get(currency) ?? 0n) : null;
      return tied({ ...of, opening: at(opening), lines, closing: at(closing), ofWhichTax });
    });
  });
}

const currencyOf = ({ currency }: { readonly currency: string }) => currency;

function namesOf(part: WalletPart, clock: ClockName): Readonly<Record<EntryKind, string>> {
  const names = part === "paid" || part === "promo" ? walletLines : owedLines;
  return clock === "posted" ? { ...names, ...correctingLines } : names;
}

const shownLines: Readonly<Record<WalletPart, readonly string[]>> = {
  paid: [
    "sold",
    "granted",
    "grants_reversed",
    "used",
    "use_reversed",
    "expired",
    "taken_back",
    "restored",
    "corrected",
    "linked",
  ],
  promo: ["granted", "grants_reversed", "used", "use_reversed", "expired", "linked"],
  recovery: ["uncovered", "repaid", "restored", "corrected", "written_off", "linked"],
  write_off: ["uncovered", "restored", "corrected", "written_off"],
};

const emptyLines = (part: WalletPart): Record<string, Amount> =>
  Object.fromEntries(shownLines[part].map((name) => [name, 0n]));

async function creditForward(
  db: Snapshot["read"],
  { month: { from, to }, clock }: RollForwardOptions,
): Promise<RolledForward[]> {
  const booked = await bookedCredits(db, { from, to, clock });
  const told = await toldCredits(db, { from, to, clock });
  const inOrder = [...booked, ...told].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return inOrder.map(({ opened, issued, applied, ...sums }) => {
    const lines = { ...(opened === 0n ? {} : { opened }), issued, applied: -applied };
    return tied({ of: "provider_credit", clock, ...sums, lines, ofWhichTax: null });
  });
}

const orderOf = (of: Pick<RolledForward, "provider" | "account" | "currency">) =>
  `${of.provider} ${of.account} ${of.currency}`;

function tied(rolled: Omit<RolledForward, "ties">): RolledForward {
  const end = Object.values(rolled.lines).reduce((total, amount) => total + amount, rolled.opening);
  return { ...rolled, ties: end === rolled.closing };
}
