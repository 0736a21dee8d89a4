import type { Problem } from "../domain/audit.ts";
import type { Books, ChargeRecord } from "../domain/books.ts";
import { type Credit, creditOf, creditTouchedBy } from "../domain/customer-credit.ts";
import { type ChargeId, discrepancyId } from "../domain/ids.ts";
import { discrepancyHashes } from "../store/read/audit.ts";
import { chargesOfCredit, storedCredits } from "../store/read/audit-credits.ts";
import type { Needs, WalletNeed, Work } from "../store/unit-of-work.ts";
import { undecidable } from "./audit-rows.ts";
import type { Services } from "./services.ts";

const pageSize = 256;
const none: Credit = { issued: 0n, applied: 0n };

/** What providers hold for customers, against the charges that gave and spent it. */
export class CreditAudit {
  readonly #services: Services;
  readonly #counted = new Map<string, Credit>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** Counts a charge; every charge once, before {@link credits}. */
  count({ charge }: ChargeRecord): void {
    const id = creditTouchedBy(charge);
    if (id === null || charge === null) return;
    this.#counted.set(id, total([this.#counted.get(id) ?? none, creditOf(charge)]));
  }

  async credits(report: (problems: readonly Problem[]) => void): Promise<void> {
    const uncounted = new Set(this.#counted.keys());
    for (let after = ""; ; ) {
      const page = await storedCredits(this.#services.store.read, after, pageSize);
      for (const stored of page) {
        uncounted.delete(stored.id);
        if (differ(stored, this.#counted.get(stored.id) ?? none)) report(await this.#again(stored.id));
      }
      report(await this.#unlisted(page));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    for (const id of uncounted)
      if (differ(none, this.#counted.get(id) ?? none)) report(await this.#again(id));
  }

  /** More spent than given is a discrepancy of the customer's: no charge holds it open. */
  async #unlisted(page: readonly (Credit & { readonly id: string })[]): Promise<Problem[]> {
    const overdrawn = page
      .filter(({ issued, applied }) => applied > issued)
      .map(({ id }) => ({ id, row: discrepancyId("credit_source_unknown", id) }));
    const listed = await discrepancyHashes(
      this.#services.store.read,
      overdrawn.map(({ row }) => row),
    );
    return overdrawn
      .filter(({ row }) => !listed.has(row))
      .map(({ id }) => ({
        kind: "discrepancy_differs",
        subject: id,
        detail: "credit_source_unknown is open, but not listed",
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
class CountCredit implements Work<{ readonly stored: Credit; readonly counted: Credit }> {
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

  decide(books: Books): { readonly stored: Credit; readonly counted: Credit } {
    const charges = this.#charges.flatMap((id) => books.knownCharge(id)?.charge ?? []);
    const counted = charges.filter((charge) => creditTouchedBy(charge) === this.#id).map(creditOf);
    return { stored: books.customerCredit(this.#id) ?? none, counted: total(counted) };
  }
}

function total(credits: readonly Credit[]): Credit {
  return credits.reduce((a, b) => ({ issued: a.issued + b.issued, applied: a.applied + b.applied }), none);
}

const differ = (a: Credit, b: Credit) => a.issued !== b.issued || a.applied !== b.applied;
const shown = ({ issued, applied }: Credit) => `${issued} issued and ${applied} applied`;
