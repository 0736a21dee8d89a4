import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { stripe } from "../../src/providers/stripe/stripe.ts";
import { projectRoot } from "../support/project-root.ts";

export const benchSecret = "of-the-benchmarks-alone";
const customers = 1000;

export interface SignedEvent {
  readonly body: Buffer;
  readonly signature: string;
}

/** Distinct events made of one fixture, of a thousand customers in turn. */
export class SignedEvents {
  readonly provider: Provider;
  readonly #text: string;
  readonly #customer: string;
  /** The ids that make an event another one. */
  readonly #distinct: readonly string[];
  readonly #run = `${process.pid}x${Date.now().toString(36)}`;
  #count = 0;

  private constructor(provider: Provider, event: object, ids: { customer: string; distinct: string[] }) {
    this.provider = provider;
    this.#text = JSON.stringify(event);
    this.#customer = ids.customer;
    this.#distinct = ids.distinct;
  }

  /**
   * `transaction.completed` of 3.6 kB, each of its own transaction: every one makes a charge, a lot, a statement line, two
   * entries and two messages.
   */
  static ofPaddle(): SignedEvents {
    const event = fixture("paddle/transaction.completed/top-up.json");
    const { id, customer_id: customer, details, payments } = event.data;
    const distinct = [event.event_id, id, details.line_items[0].id, payments[0].payment_attempt_id];
    return new SignedEvents(paddle, event, { customer, distinct });
  }

  /** `invoice.paid` of 3.9 kB, each of its own invoice. */
  static ofStripe(): SignedEvents {
    const event = fixture("stripe/invoice.paid/renewal-2020.json");
    const { id, customer, charge, payment_intent: intent, lines } = event.data.object;
    const distinct = [event.id, id, charge, intent, lines.data[0].id];
    return new SignedEvents(stripe, event, { customer, distinct });
  }

  next(): SignedEvent {
    this.#count += 1;
    const customer = `${this.#customer.split("_")[0]}_bench_${this.#count % customers}`;
    const body = Buffer.from(
      this.#distinct.reduce(
        (event, id) => event.replaceAll(id, `${id}x${this.#run}x${this.#count}`),
        this.#text.replaceAll(this.#customer, customer),
      ),
    );
    return { body, signature: this.provider.sign(body, { secret: benchSecret, at: systemClock.now() }) };
  }
}

function fixture(path: string) {
  return JSON.parse(readFileSync(join(projectRoot, "fixtures", path), "utf8"));
}
