import type { Problem } from "../../domain/audit.ts";
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
import { type ChargeId, discrepancyId } from "../../domain/ids.ts";
import { sum } from "../../domain/money.ts";
import { discrepancyHashes } from "../../store/read/audit.ts";
import { chargesOfCredit, storedCredits } from "../../store/read/audit-credits.ts";
import type { Needs, WalletNeed, Work } from "../../store/unit-of-work.ts";
import type { Services } from "../services.ts";
import { undecidable } from "./audit-rows.ts";

const pageSize = 256;
/** What charges count for, and in sums what they say of the balance. */
interface Counted extends Credit {
  readonly steps: bigint;
  readonly changes: bigint;
  readonly stated: bigint;
  readonly times: bigint;
}

const none: Counted = { issued: 0n, applied: 0n, steps: 0n, changes: 0n, stated: 0n, times: 0n };

function countedIn(credit: Credit, steps: readonly BalanceStep[]): Counted {
  return {
    issued: credit.issued,
    applied: credit.applied,
    steps: BigInt(steps.length),
    changes: sum(steps.map(({ change }) => change)),
    stated: sum(steps.map(({ ownedBefore }) => ownedBefore ?? 0n)),
    times: sum(steps.map(({ at }) => at)),
  };
}

/** What providers hold for customers, against the charges that gave and spent it. */
export class CreditAudit {
  readonly #services: Services;
  readonly #counted = new Map<string, Counted>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Counts a charge; every charge once, before {@link credits}. */
  count({ charge }: ChargeRecord): void {
    const id = creditTouchedBy(charge);
    if (id === null || charge === null) return;
    this.#counted.set(id, total([this.#counted.get(id) ?? none, countedOf(charge)]));
  }

  async credits(report: (problems: readonly Problem[]) => void): Promise<void> {
    const uncounted = new Set(this.#counted.keys());
    for (let after = ""; ; ) {
      const page = await storedCredits(this.#services.store.read, after, pageSize);
      for (const stored of page) {
        uncounted.delete(stored.id);
        if (differ(countedIn(stored, stored.steps), this.#counted.get(stored.id) ?? none))
          report(await this.#again(stored.id));
      }
      report(await this.#unlisted(page));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    for (const id of uncounted)
      if (differ(none, this.#counted.get(id) ?? none)) report(await this.#again(id));
  }

  /** What is wrong with a customer's credit is a discrepancy of the customer's: no charge holds it open. */
  async #unlisted(page: readonly CustomerCredit[]): Promise<Problem[]> {
    const open = page.flatMap((credit) => {
      const kind = creditFinding(credit)?.kind;
      return kind === undefined ? [] : [{ id: credit.id, kind, row: discrepancyId(kind, credit.id) }];
    });
    const listed = await discrepancyHashes(
      this.#services.store.read,
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

  /** The charges were counted at several moments: whoever differs is counted again, all at one. */
  async #again(id: string): Promise<Problem[]> {
    const { store } = this.#services;
    try {
      const { stored, counted } = await store.write(
        new CountCredit(id, await chargesOfCredit(store.read, id)),
      );
      if (!differ(stored, counted)) return [];
      const detail = `${shown(stored)} is stored, ${shown(counted)} follows`;
      return [{ kind: "customer_credit_differs", subject: id, detail }];
    } catch (error) {
      return [undecidable(id, error)];
    }
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

const fields = ["issued", "applied", "steps", "changes", "stated", "times"] as const;

function total(credits: readonly Counted[]): Counted {
  const of = (field: (typeof fields)[number]) =>
    [field, sum(credits.map((credit) => credit[field]))] as const;
  return Object.fromEntries(fields.map(of)) as unknown as Counted;
}

const differ = (a: Counted, b: Counted) => fields.some((field) => a[field] !== b[field]);
const shown = ({ issued, applied, changes }: Counted) =>
  `${issued} issued, ${applied} applied and ${changes} of the balance`;
