import { z } from "zod";
import type { Stamp } from "../../domain/facts/facts.ts";
import { parkedBy, reference } from "../kit/fields.ts";
import type { Normalised } from "../provider.ts";

/**
 * Stripe's Managed Payments: Stripe, or Link, is the merchant of record. Of sessions, payment intents, payment links and
 * subscriptions, and of what comes of those. `null` says no; older shapes do not say.
 */
export const managedPayments = z.object({ enabled: z.boolean() }).nullish();
type ManagedPayments = z.output<typeof managedPayments>;

export function providerSells(sent: ManagedPayments): boolean | null {
  return sent === undefined ? null : (sent?.enabled ?? false);
}

/** As a fact has it that says nothing otherwise. */
export const ifProviderSells = (sent: ManagedPayments): { readonly providerSells?: true } =>
  providerSells(sent) === true ? { providerSells: true } : {};

const soldThrough = z.object({ id: reference, managed_payments: managedPayments });

/** A subscription or a payment link moves no money: all it says is who sells through it. */
export function readSoldThrough(object: unknown, _: Stamp): Normalised {
  const parsed = soldThrough.safeParse(object);
  if (!parsed.success) return parkedBy(parsed.error, "data.object");
  const { id, managed_payments: managed } = parsed.data;
  if (providerSells(managed) !== true) return { kind: "ignored", reason: "no_money_meaning" };
  return { kind: "facts", facts: [], providerSells: [id] };
}
