import type { Deed } from "../../domain/action.ts";
import { type Assigned, assignCharge, walletsOfAssigning } from "../../domain/decide.ts";
import type { ChargeId } from "../../domain/ids.ts";
import type { PolicyBook } from "../../domain/policy/policy.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { survivorOf } from "../../store/charges/read/charges.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";
import type { Bookable } from "../spending/book-by-hand.ts";
import { asTheyAre } from "./policies.ts";

export type { Assigned } from "../../domain/decide.ts";

export interface AssignRequest {
  readonly chargeId: ChargeId;
  /** Whose it is; `null` takes back what was said before. */
  readonly owner: string | null;
  readonly reason: string;
}

/** Says whose a charge is whose customer nobody knows, with a reason; or takes that back. */
export async function assign(services: Services, request: AssignRequest): Promise<Assigned> {
  const { work, deedOf } = await assigning(services, request);
  return services.store.write(recorded(services, work, deedOf));
}

export async function assigning(services: Services, request: AssignRequest): Promise<Bookable<Assigned>> {
  const chargeId = await survivorOf(services.store.read, request.chargeId);
  const work = assigningCharge({ ...request, chargeId }, services.policies);
  return { work, deedOf: (result) => deedOf(result, request.reason) };
}

export type AssignRefusal = Exclude<Assigned, { kind: "assigned" | "unchanged" }>;

/** Why nothing was done, for people. */
export function whyNotAssigned(refusal: AssignRefusal): string {
  switch (refusal.kind) {
    case "charge_unknown":
      return "There is no charge of this id.";
    case "has_owner":
      return `It is ${refusal.owner}'s. Only a charge whose customer nobody knows, and which is nobody's, can be given to somebody.`;
    case "already_spent":
      return `Something of what it topped up was drawn on: it stays ${refusal.owner}'s.`;
    case "open_holds":
      return `Wallet ${refusal.walletId} has value on hold that this charge brought; settle or release it first.`;
    default:
      return refusal satisfies never;
  }
}

function deedOf(result: Assigned, reason: string): Deed | null {
  if (result.kind !== "assigned") return null;
  const sideOf = (owner: string | null) => (owner === null ? null : { owner });
  const { id: subject, before, owner } = result;
  return { action: "charge.assign", subject, reason, before: sideOf(before), after: sideOf(owner) };
}

/** It is booked under the policies as they are, and what it needs of its wallets may be a neighbour's: it goes alone. */
export function assigningCharge(
  { chargeId, owner, reason }: AssignRequest,
  policyBook: PolicyBook,
): Work<Assigned> {
  const policies = asTheyAre(policyBook);
  return {
    needs: { charges: [chargeId] },
    alone: true,
    walletNeeds: (books) => walletsOfAssigning(books, chargeId, owner, policies),
    decide: (books, now) =>
      assignCharge(books, chargeId, owner, { policies, eventId: null, reason, occurredAt: now, now }),
  };
}
