import type { PayoutFact } from "./facts.ts";
import type { ObjectKey, PayoutId } from "./ids.ts";
import type { Amount } from "./money.ts";
import type { Instant } from "./time.ts";

/** Money the provider sends to our bank: the fold of its facts. */
export interface Payout {
  readonly id: PayoutId;
  readonly key: ObjectKey;
  readonly status: PayoutFact["status"];
  readonly amount: Amount;
  readonly currency: string;
  readonly remittanceRef: string | null;
  readonly statusChangedAt: Instant;
}
