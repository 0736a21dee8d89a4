import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import { projectRoot } from "../support/project-root.ts";

export const benchSecret = "pdl_ntfset_bench_secret";

const seed = JSON.stringify(
  JSON.parse(readFileSync(join(projectRoot, "fixtures/paddle/transaction.completed/seed.json"), "utf8")),
);

const customers = 1000;

/**
 * Distinct `transaction.completed` events of 3 kB, each of its own transaction, of a thousand customers in turn: every one
 * makes a charge, a lot, a statement line and two entries.
 */
export class SignedEvents {
  readonly #run = `${process.pid}x${Date.now().toString(36)}`;
  #count = 0;

  next(): { readonly body: Buffer; readonly signature: string } {
    this.#count += 1;
    const customer = `ctm_bench${this.#count % customers}`;
    const text = seed.replaceAll("ctm_abc123", customer).replaceAll("abc123", `${this.#run}n${this.#count}`);
    const body = Buffer.from(text);
    return { body, signature: paddle.sign(body, { secret: benchSecret, at: systemClock.now() }) };
  }
}
