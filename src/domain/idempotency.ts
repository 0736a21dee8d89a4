import type { Instant } from "./time.ts";

/** What was decided for a request that carried an idempotency key: its repetition gets the same. */
export interface KeptDecision {
  /** Made by `idempotencyId`. */
  readonly id: string;
  /** A hash of what was asked: another one under the same key is a mistake. */
  readonly request: string;
  readonly result: unknown;
  readonly at: Instant;
}
