import type { AuditProblem } from "../../domain/audit.ts";
import type { Books, ChargeRecord } from "../../domain/books.ts";
import type { Charge } from "../../domain/charge/charge.ts";
import { creditFinding } from "../../domain/credit/count-credit.ts";
import { type BalanceStep, balanceSteps } from "../../domain/credit/customer-balance.ts";
import {
  type Credit,
  type CustomerCredit,
  creditOf,
  creditTouchedBy,
} from "../../domain/credit/customer-credit.ts";
import { openingOf } from "../../domain/credit/open-credit.ts";
import { type ChargeId, discrepancyId } from "../../domain/ids.ts";
import { sum } from "../../domain/money.ts";
import type { Instant } from "../../domain/time.ts";
import { discrepancyHashes } from "../../store/audit/read/audit.ts";
import {
  type CreditKey,
  chargesOfCredit,
  misremembered,
  storedCredits,
} from "../../store/audit/read/credits.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import { ReadPayouts } from "../charges/read-records.ts";
import { undecidable } from "./audit-rows.ts";
import type { Moment, Moments } from "./moments.ts";

const pageSize = 256;
/** What charges count for, and in sums what they say of the balance. */
interface Counted extends Credit {
  readonly steps: bigint;
  readonly changes: bigint;
  readonly stated: bigint;
  readonly times: bigint;
  readonly booked: bigint;
}

const none: Counted = { issued: 0n, applied: 0n, steps: 0n, changes: 0n, stated: 0n, times: 0n, booked: 0n };

function countedIn(credit: Credit, steps: readonly BalanceStep[]): Counted {
  return {
    issued: credit.issued,
    applied: credit.applied,
    steps: BigInt(steps.length),
    changes: sum(steps.map(({ change }) => change)),
    stated: sum(steps.map(({ ownedBefore }) => ownedBefore ?? 0n)),
    times: sum(steps.map(({ at }) => at)),
    booked: sum(steps.map(({ bookedAt }) => bookedAt ?? 0n)),
  };
}

const notAdding = "what was told of it, one after the other, does not add up to it";

/** What providers hold for customers, against the charges that gave and spent it. */
export class CreditAudit {
  readonly #counted = new Map<string, { readonly key: CreditKey; readonly counted: Counted }>();

  /** Counts a charge; every charge once, before {@link credits}. */
  count({ charge }: ChargeRecord): void {
    const id = creditTouchedBy(charge);
    if (id === null || charge === null || charge.customerRef === null) return;
    const counted = total([this.#countedOf(id), countedOf(charge)]);
    const { customerRef, currency } = charge;
    this.#counted.set(id, { key: { ...charge.key, customerRef, currency }, counted });
  }

  async credits(moments: Moments, report: (problems: readonly AuditProblem[]) => void): Promise<void> {
    const unstored = new Map(this.#counted);
    for (let after = ""; ; ) {
      const moment = await moments.current();
      const page = await storedCredits(moment.read, after, pageSize);
      for (const stored of page) {
        unstored.delete(stored.id);
        if (differ(countedIn(stored, stored.steps), this.#countedOf(stored.id)))
          report(await countedAgain(moment, stored.id, stored));
      }
      for (const id of await misremembered(
        moment.read,
        page.map(({ id }) => id),
      ))
        report([{ kind: "customer_credit_differs", subject: id, detail: notAdding }]);
      report(await unlisted(moment, page));
      report(await misopened(moment, page));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    for (const [id, { key, counted }] of unstored)
      if (differ(none, counted)) report(await countedAgain(await moments.current(), id, key));
  }

  #countedOf(id: string): Counted {
    return this.#counted.get(id)?.counted ?? none;
  }
}

/** What is wrong with a customer's credit is a discrepancy of the customer's: no charge holds it open. */
async function unlisted(
  { read, policies }: Moment,
  page: readonly CustomerCredit[],
): Promise<AuditProblem[]> {
  const open = page.flatMap((credit) => {
    const found = startsOf(policies).map((start) => creditFinding(credit, start)?.kind);
    const [kind] = found;
    // It was last looked at under the policy of that day, by which there may be nothing to find.
    if (kind === undefined || found.includes(undefined)) return [];
    return [{ id: credit.id, kind, row: discrepancyId(kind, credit.id) }];
  });
  const listed = await discrepancyHashes(
    read,
    open.map(({ row }) => row),
  );
  return open
    .filter(({ row }) => !listed.has(row))
    .map(({ id, kind }) => ({
      kind: "discrepancy_differs",
      subject: id,
      detail: `${kind} is open, but not listed`,
    }));
}

/** When books begin, by the policy in force and by all before it. */
const startsOf = ({ current, version, versions }: Moment["policies"]): readonly (Instant | null)[] => [
  ...new Set([current, ...versions().map(version)].map(({ booksStartAt }) => booksStartAt)),
];

/** What a customer's credit was opened with must follow from it, by the policy in force when it was last looked at. */
async function misopened(
  { decide, policies }: Moment,
  page: readonly CustomerCredit[],
): Promise<AuditProblem[]> {
  const records = await decide(new ReadPayouts(page.flatMap(({ opening }) => opening ?? [])));
  const openings = new Map(records.map(({ id, payout }) => [id, payout]));
  const isOpenedAt = (credit: CustomerCredit, start: Instant | null) => {
    const owned = openingOf(credit, start);
    if (credit.opening === null) return owned === 0n;
    const opening = openings.get(credit.opening);
    if (opening?.kind !== "credit_opening") return false;
    return opening.amount === owned && (start === null || opening.at === start);
  };
  return page
    .filter((credit) => !startsOf(policies).some((start) => isOpenedAt(credit, start)))
    .map(({ id }) => ({
      kind: "customer_credit_differs",
      subject: id,
      detail: "what it was opened with does not follow from it",
    }));
}

/** The charges were counted at several moments: whoever differs is counted again, all at one. */
async function countedAgain({ read, decide }: Moment, id: string, key: CreditKey): Promise<AuditProblem[]> {
  try {
    const { stored, counted } = await decide(new CountCredit(id, await chargesOfCredit(read, key)));
    if (!differ(stored, counted)) return [];
    const detail = `${shown(stored)} is stored, ${shown(counted)} follows`;
    return [{ kind: "customer_credit_differs", subject: id, detail }];
  } catch (error) {
    return [undecidable(id, error)];
  }
}

/** Counts one customer's credit from its charges; changes nothing. */
class CountCredit implements Work<{ readonly stored: Counted; readonly counted: Counted }> {
  readonly needs: Needs;
  readonly #id: string;
  readonly #charges: readonly ChargeId[];

  constructor(id: string, charges: readonly ChargeId[]) {
    this.#id = id;
    this.#charges = charges;
    this.needs = { charges, credits: [id] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books): { readonly stored: Counted; readonly counted: Counted } {
    const charges = this.#charges.flatMap((id) => books.knownCharge(id)?.charge ?? []);
    const counted = charges.filter((charge) => creditTouchedBy(charge) === this.#id).map(countedOf);
    const stored = books.customerCredit(this.#id);
    return {
      stored: stored === undefined ? none : countedIn(stored, stored.steps),
      counted: total(counted),
    };
  }
}

const countedOf = (charge: Charge) => countedIn(creditOf(charge), balanceSteps(charge));

const fields = ["issued", "applied", "steps", "changes", "stated", "times", "booked"] as const;

function total(credits: readonly Counted[]): Counted {
  const of = (field: (typeof fields)[number]) =>
    [field, sum(credits.map((credit) => credit[field]))] as const;
  return Object.fromEntries(fields.map(of)) as unknown as Counted;
}

const differ = (a: Counted, b: Counted) => fields.some((field) => a[field] !== b[field]);
const shown = ({ issued, applied, changes }: Counted) =>
  `${issued} issued, ${applied} applied and ${changes} of the balance`;
