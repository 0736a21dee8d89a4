import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/domain/time.ts";
import { paddle } from "../../src/providers/paddle/paddle.ts";
import { projectRoot } from "../support/project-root.ts";

export const benchSecret = "pdl_ntfset_bench_secret";

const seed = JSON.stringify(
  JSON.parse(readFileSync(join(projectRoot, "fixtures/paddle/transaction.completed/seed.json"), "utf8")),
);

/**
 * Distinct `transaction.completed` events of 3.5 kB, each of its own transaction and customer: the dearest case, since
 * every one makes a charge, a wallet, a lot and two entries.
 */
export class SignedEvents {
  readonly #run = `${process.pid}x${Date.now().toString(36)}`;
  #count = 0;

  next(): { readonly body: Buffer; readonly signature: string } {
    this.#count += 1;
    const body = Buffer.from(seed.replaceAll("abc123", `${this.#run}n${this.#count}`));
    return { body, signature: paddle.sign(body, { secret: benchSecret, at: systemClock.now() }) };
  }
}
