import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import { projectRoot } from "../support/project-root.ts";

export const benchSecret = "pdl_ntfset_bench_secret";
const customers = 1000;

const fixture = JSON.parse(
  readFileSync(join(projectRoot, "fixtures/paddle/transaction.completed/top-up.json"), "utf8"),
);
const text = JSON.stringify(fixture);
/** The ids that make an event another one: of the event, its transaction, line and payment. */
const distinct: readonly string[] = [
  fixture.event_id,
  fixture.data.id,
  fixture.data.details.line_items[0].id,
  fixture.data.payments[0].payment_attempt_id,
];

/**
 * Distinct `transaction.completed` events of 3.6 kB, each of its own transaction, of a thousand customers in turn: every
 * one makes a charge, a lot, a statement line, two entries and two messages.
 */
export class SignedEvents {
  readonly #run = `${process.pid}x${Date.now().toString(36)}`;
  #count = 0;

  next(): { readonly body: Buffer; readonly signature: string } {
    this.#count += 1;
    const customer = `ctm_bench_${this.#count % customers}`;
    const body = Buffer.from(
      distinct.reduce(
        (event, id) => event.replaceAll(id, `${id}_${this.#run}_${this.#count}`),
        text.replaceAll(fixture.data.customer_id, customer),
      ),
    );
    return { body, signature: paddle.sign(body, { secret: benchSecret, at: systemClock.now() }) };
  }
}
