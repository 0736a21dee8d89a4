import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UsageId, WalletId } from "../../../src/domain/ids.ts";
import { audit } from "../../../src/services/audit/audit.ts";
import { grantByHand } from "../../../src/services/spending/book-by-hand.ts";
import { recordUsage, type UsageEvent } from "../../../src/services/spending/usage.ts";
import { openWallet } from "../../../src/services/spending/wallets.ts";
import { walletById } from "../../../src/store/wallets/read/wallets.ts";
import { adjustmentBody, type Sale } from "../../support/paddle-bodies.ts";
import { walletId } from "../../support/wallet-ids.ts";
import { type Composed, composed, eventOf } from "../composed.ts";

/** Prices in which fractions matter: a call costs 0.6 of a cent, a token 0.0381. */
export const meters = [
  { key: "calls", prices: { USD: "0.6" } },
  { key: "tokens", prices: { USD: "0.0381", EUR: "0.0352" } },
  { key: "jobs", prices: { USD: "100" } },
];

export const acme: WalletId = walletId("acme", "USD");

/** A wallet of acme's with one paid lot. */
export async function withValue(
  { tallyhook: { services } }: Composed,
  amount: bigint,
  of: { kind?: "paid" | "promo"; expiresAt?: bigint | null; priority?: number } = {},
): Promise<void> {
  await openWallet(services, { owner: "acme", currency: "USD" });
  const { kind = "paid", expiresAt = null, priority = 0 } = of;
  const terms = { amount, kind, source: "bank" as const, priority, expiresAt };
  const booked = await grantByHand(services, { walletId: acme, reason: "test", ...terms });
  if (booked.kind !== "booked") throw new Error(booked.kind);
}

export function usageOf(id: string, of: Partial<UsageEvent> = {}): UsageEvent {
  return {
    id: id as UsageId,
    payer: { owner: "acme" },
    meter: "calls",
    quantity: 1,
    currency: "USD",
    occurredAt: null,
    ...of,
  };
}

export function use({ tallyhook: { services } }: Composed, ...events: readonly UsageEvent[]) {
  return recordUsage(services, events);
}

export async function walletOf({ tallyhook: { services } }: Composed, id = acme) {
  const wallet = await walletById(services.store.read, id);
  if (wallet === undefined) throw new Error(`There is no wallet ${id}.`);
  return wallet;
}

/**
 * What an audit finds, on SQLite: what was decided is the same on both engines, and an audit of PostgreSQL takes longer than most
 * tests. There the model of all of spending is audited, and 64 clients at once.
 */
export async function problems({ tallyhook: { services } }: Composed) {
  return services.store.engine === "sqlite" ? (await audit(services)).problems : [];
}

/** The composed program under a policy with these meters. */
export async function metered(
  databaseUrl: string,
  policy: object = {},
  clock?: Composed["clock"],
): Promise<Composed> {
  const file = join(mkdtempSync(join(tmpdir(), "tallyhook-policy-")), "policy.json");
  writeFileSync(file, JSON.stringify({ meters, ...policy }));
  return composed(databaseUrl, { environment: { POLICY_FILE: file }, ...(clock && { clock }) });
}

/** A refund of the first line of a sale, approved or taken back later. */
export function refundOf(sale: Sale, amount: number, status: string, at: string) {
  const id = `adj_${sale.index}`;
  const named = [{ line: 0, amount }];
  const body = adjustmentBody(sale, {
    ...{ id, action: "refund", status, amount, named },
    taxOnly: false,
    toBalance: null,
  });
  return { ...eventOf("adjustment.updated", `${id}_${status}`, body), occurred_at: at };
}
