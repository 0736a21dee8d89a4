import type { Instant } from "../../domain/time.ts";
import { rfc3339 } from "../../testing/written.ts";
import type { CurrencyCode } from "../catalogue.ts";

/** Something a customer used, as the company's app tells it. */
export interface UsageCall {
  readonly id: string;
  readonly owner: string;
  readonly meter: string;
  /** A decimal. */
  readonly quantity: string;
  readonly currency: CurrencyCode;
  readonly at: Instant;
}

/** One event of `POST /v1/usage`. */
export function usageBody({ id, owner, meter, quantity, currency, at }: UsageCall): object {
  return { id, owner, meter, quantity, currency, occurred_at: rfc3339(at) };
}
