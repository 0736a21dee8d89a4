import { createHmac, timingSafeEqual } from "node:crypto";
import { fromSeconds, type Instant } from "../../domain/time.ts";
import type { Services } from "../services.ts";

/** What tokens are signed with, and who may send them from a page of their own. */
export interface TokenSettings {
  /** The first signs, all verify: one that is taken away is revoked. None: there are no tokens. */
  readonly secrets: readonly string[];
  /** `https://app.example.com`: exactly as browsers say it. */
  readonly origins: readonly string[];
}

/** What an owner's page asks with, for an hour at most: it reads that owner's wallets, and nothing else. */
export interface OwnerToken {
  readonly token: string;
  readonly owner: string;
  readonly expiresAt: Instant;
}

export const tokenPrefix = "tok_";
export const shortestTokenSeconds = 60;
export const longestTokenSeconds = 3_600;

/** Nothing else that is signed with one of these secrets can be taken for a token. */
const purpose = "tallyhook: a token of an owner, 1";

/** Under an idempotency key the same token again. @throws Error if no secret is configured */
export async function issueToken(
  { store }: Services,
  { secrets: [secret] }: TokenSettings,
  { owner, expiresInSeconds }: { readonly owner: string; readonly expiresInSeconds: number },
): Promise<OwnerToken> {
  if (secret === undefined) throw new Error("Tokens need a secret.");
  const expiresAt = await store.write({
    needs: {},
    decide: (_books, now) => toSeconds(now) + BigInt(expiresInSeconds),
  });
  const said = Buffer.from(JSON.stringify([owner, String(expiresAt)])).toString("base64url");
  const token = `${tokenPrefix}${said}.${signatureOf(said, secret)}`;
  return { token, owner, expiresAt: fromSeconds(Number(expiresAt)) };
}

export type TokenReading =
  | { readonly kind: "owner"; readonly owner: string }
  | { readonly kind: "expired" }
  | { readonly kind: "wrong" };

export function readToken({ secrets }: TokenSettings, token: string, now: Instant): TokenReading {
  const [, said = "", signature = ""] = /^tok_([\w-]+)\.([\w-]+)$/.exec(token) ?? [];
  const given = Buffer.from(signature);
  const isSigned = secrets.some((secret) => {
    const right = Buffer.from(signatureOf(said, secret));
    return right.length === given.length && timingSafeEqual(right, given);
  });
  if (!isSigned) return { kind: "wrong" };
  const [owner, expiresAt] = JSON.parse(Buffer.from(said, "base64url").toString()) as [string, string];
  return toSeconds(now) < BigInt(expiresAt) ? { kind: "owner", owner } : { kind: "expired" };
}

const signatureOf = (said: string, secret: string): string =>
  createHmac("sha256", secret).update(`${purpose} ${said}`).digest("base64url");

const toSeconds = (at: Instant): bigint => at / 1_000_000_000n;
