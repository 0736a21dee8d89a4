import { creditNamedBy } from "../../domain/credit/customer-credit.ts";
import type { StoredEvent } from "../../domain/event.ts";
import { assertionsOf, claimKey } from "../../domain/facts/claims.ts";
import type { Fact } from "../../domain/facts/facts.ts";
import { soldThrough } from "../../domain/facts/seller.ts";
import { isTransfer, transferRef } from "../../domain/facts/transfer-facts.ts";
import { customerKey, nameKey } from "../../domain/ids.ts";
import { isDirect, linkingNames } from "../../domain/place/place.ts";
import { documentRef } from "../../domain/place/placement.ts";
import type { AboutCharge, AboutTransfer } from "../backfill/known-facts.ts";

/** What an event's facts are about, and whose customers and credits that may concern. */
export interface Subjects {
  readonly charges: readonly AboutCharge[];
  readonly payouts: readonly AboutTransfer[];
  readonly customers: readonly string[];
  readonly credits: readonly string[];
  /** Of all objects that the facts name. */
  readonly claims: readonly string[];
  /** Subscriptions and links through which what they tell of was sold. */
  readonly sellers: readonly string[];
}

/** What the facts are about: charges and payouts. */
export function subjectsOf(event: StoredEvent, facts: readonly Fact[]): Subjects {
  const { provider, account } = event;
  const transfers = Map.groupBy(facts.filter(isTransfer), transferRef);
  const ofCharges = facts.filter((fact) => !isTransfer(fact));
  const direct = Map.groupBy(ofCharges.filter(isDirect), documentRef);
  const linked = ofCharges.filter((fact) => !isDirect(fact));
  const names = [...new Set(linked.flatMap(linkingNames))];
  const customers = ofCharges.flatMap((fact) =>
    "customerRef" in fact && fact.customerRef !== null ? [customerKey(event, fact.customerRef)] : [],
  );
  return {
    charges: [
      ...[...direct].map(([ref, own]) => ({ subject: { provider, account, ref, names: [] }, facts: own })),
      ...(linked.length === 0
        ? []
        : [{ subject: { provider, account, ref: names[0] ?? "", names }, facts: linked }]),
    ],
    payouts: [...transfers].map(([ref, own]) => ({ key: { provider, account, ref }, facts: own })),
    customers,
    credits: ofCharges.flatMap((fact) => creditNamedBy(event, fact) ?? []),
    sellers: ofCharges.flatMap(soldThrough).map((ref) => nameKey(event, ref)),
    claims: facts.flatMap(assertionsOf).map((says) => nameKey(event, claimKey(says))),
  };
}
