import { fromUnixSeconds, type Instant, nanosecondsPerDay } from "../../domain/time.ts";
import { type Row, SeenPages } from "../listed-rows.ts";
import type { Page, Source, SourceKind, Telling, Window } from "../source.ts";
import { balancesAt } from "./balances-at.ts";
import { destinationsOf } from "./destinations.ts";
import { type StripeListName, stripeLists } from "./listed-row.ts";
import { listedRows } from "./listing.ts";
import { type StripeAccess, StripeLists } from "./lists.ts";
import { eventTelling, objectTelling, rowTelling, withoutInvoice } from "./telling.ts";

/** Events are kept for 30 days; objects for ever, but they are listed by when they were made. */
const kinds: readonly SourceKind[] = [
  { name: "events", kept: 30n * nanosecondsPerDay, listsChanges: true },
  ...[
    "invoices",
    "invoice_payments",
    "charges",
    "checkout/sessions",
    "refunds",
    "disputes",
    "credit_notes",
    "payouts",
    "balance_transactions",
  ].map((name) => ({ name, kept: null, listsChanges: false })),
];

const perPage = "100";
/** The last one in which a charge names its invoice, or says that it has none. Source: Stripe's changelog, 2025-03-31.basil. */
const versionNamingInvoices = "2025-02-24.acacia";

/** Stripe, asked through its API. `now` is our clock: it dates what Stripe states without a time. */
export function stripeSource(access: StripeAccess, now: () => Instant): Source {
  const lists = new StripeLists(access);
  const asked = new Asked(lists, now);
  return {
    provider: "stripe",
    kinds,
    pages: (kind, { from, to, after }) =>
      asked.pages(
        kind,
        { ...(from === null ? {} : { "created[gte]": seconds(from) }), "created[lt]": seconds(to) },
        after,
      ),
    lists: stripeLists,
    listed: (list, asking) => listedRows(lists, list as StripeListName, asking),
    lookUp: (refs) => asked.lookUp(refs),
    destinations: () => destinationsOf(lists),
    balancesAt: (at) => balancesAt(at, (query) => asked.pages("balance_transactions", query)),
  };
}

/** Stripe's clock has whole seconds: a part of one is asked for again rather than left out. */
const seconds = (instant: Instant): string => String(instant / fromUnixSeconds(1));

class Asked {
  readonly #lists: StripeLists;
  readonly #now: () => Instant;

  constructor(lists: StripeLists, now: () => Instant) {
    this.#lists = lists;
    this.#now = now;
  }

  /** Newest first: what is made meanwhile comes before the first page, and is the next listing's. */
  async *pages(
    kind: string,
    query: Readonly<Record<string, string>>,
    begin: Window["after"] = null,
  ): AsyncGenerator<Page> {
    const seen = new SeenPages();
    let after = begin;
    for (let hasMore = true; hasMore; ) {
      const cursor: Record<string, string> = after === null ? {} : { starting_after: after };
      const page = await this.#lists.page(kind, { limit: perPage, ...query, ...cursor });
      const [first] = page.rows;
      if (first === undefined) return;
      seen.see(String(first.id), { provider: "stripe", name: kind });
      after = String(page.rows.at(-1)?.id);
      yield { tellings: page.rows.map((row) => this.#telling(kind, row)), after };
      hasMore = page.hasMore;
    }
  }

  async *lookUp(refs: readonly string[]): AsyncGenerator<Page> {
    for (const ref of refs) {
      const [prefix = ""] = ref.split("_", 1);
      if (prefix === "in") yield* this.#invoice(ref);
      else if (prefix === "pi") yield* this.#intent(ref);
      else if (prefix === "ch" || prefix === "py") yield* this.#charge(ref);
      else if (prefix === "re" || prefix === "pyr") yield* this.#one("refunds", ref);
      else if (prefix === "dp" || prefix === "du") yield* this.#one("disputes", ref);
    }
  }

  async *#invoice(ref: string): AsyncGenerator<Page> {
    yield* this.#one("invoices", ref);
    yield* this.pages("invoice_payments", { invoice: ref });
  }

  async *#intent(ref: string): AsyncGenerator<Page> {
    const { rows } = await this.#lists.page("charges", { limit: perPage, payment_intent: ref });
    for (const charge of rows) yield* this.#payment(charge);
  }

  async *#charge(ref: string): AsyncGenerator<Page> {
    const charge = await this.#lists.one("charges", ref);
    if (charge !== null) yield* this.#payment(charge);
  }

  /** Which invoices it paid. That there is none, is an answer too. */
  async *#payment(charge: Row): AsyncGenerator<Page> {
    const { payment_intent: intent } = charge;
    if (typeof intent !== "string") {
      yield* this.#withoutIntent(charge);
      return;
    }
    let paid = 0;
    for await (const page of this.pages("invoice_payments", {
      "payment[type]": "payment_intent",
      "payment[payment_intent]": intent,
    })) {
      paid += page.tellings.length;
      yield page;
    }
    yield pageOf(paid === 0 ? withoutInvoice(charge, this.#asking()) : this.#telling("charges", charge));
  }

  /** Payments are asked for by their intent alone. A charge without one is asked for as it was when it named its invoice. */
  async *#withoutIntent(charge: Row): AsyncGenerator<Page> {
    const named = await this.#lists.one("charges", String(charge.id), versionNamingInvoices);
    if (named === null) return;
    yield pageOf(objectTelling(named, { ...this.#asking(), apiVersion: versionNamingInvoices }));
  }

  async *#one(kind: string, ref: string): AsyncGenerator<Page> {
    const row = await this.#lists.one(kind, ref);
    if (row !== null) yield pageOf(this.#telling(kind, row));
  }

  #telling(kind: string, row: Row): Telling {
    if (kind === "events") return eventTelling(row);
    if (kind === "balance_transactions") return rowTelling(row, this.#asking());
    return objectTelling(row, this.#asking());
  }

  #asking() {
    return { apiVersion: this.#lists.apiVersion, askedAt: Number(seconds(this.#now())) };
  }
}

const pageOf = (telling: Telling): Page => ({ tellings: [telling], after: null });
