import { createHmac } from "node:crypto";
import { WalletIds } from "../../domain/ids.ts";
import type { Engine } from "../engine/engine.ts";
import { findSecret, keptSecret } from "../engine/installation.ts";

/** The wallets of a database are named under another key than the one that was given. */
export class OtherInstallation extends Error {}

const keyBytes = 32;

/** What a database goes by that keeps no key yet. */
export interface KeyTerms {
  readonly given: string | null;
  /** What the installation alone knows: a key that is made comes from it, so that books made anew name their wallets as before. */
  readonly secrets: readonly string[];
}

/** As text, so that it can be given as a setting to the database that takes this one's place. */
function makeKey(secrets: readonly string[]): string {
  if (secrets.length === 0) return crypto.getRandomValues(Buffer.alloc(keyBytes)).toString("base64url");
  return createHmac("sha256", secrets.join("\0")).update("names of wallets").digest("base64url");
}

/**
 * How wallets are named in this database: under the key that it keeps, which is the one given, or made here, the first time.
 * @throws OtherInstallation if it keeps another than the one given
 */
export async function openWalletIds(engine: Engine, { given, secrets }: KeyTerms): Promise<WalletIds> {
  return idsUnder(await keptSecret(engine, "wallets", () => Buffer.from(given ?? makeKey(secrets))), given);
}

/** The same where nothing may be written; `undefined` if it keeps none yet. */
export async function findWalletIds(engine: Engine, given: string | null): Promise<WalletIds | undefined> {
  const kept = await findSecret(engine, "wallets");
  return kept && idsUnder(kept, given);
}

function idsUnder(kept: Buffer, given: string | null): WalletIds {
  const key = kept.toString();
  if (given !== null && given !== key) throw new OtherInstallation("its wallets are named under another key");
  return new WalletIds(key);
}
