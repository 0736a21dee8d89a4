import type { Engine } from "./engine.ts";
import { retrying } from "./transaction.ts";

/** What is kept of an installation: what hashes of addresses and of names at sign-in are made with, and wallets' ids. */
export type SecretName = "hashes" | "wallets";

export async function findSecret(engine: Engine, name: SecretName): Promise<Buffer | undefined> {
  const row = await engine.reader
    .selectFrom("installation")
    .select("secret")
    .where("name", "=", name)
    .executeTakeFirst();
  return row && Buffer.from(row.secret);
}

/** The same for all processes on a database, for ever: two that make it at once have one, what was there first stays. */
export async function keptSecret(engine: Engine, name: SecretName, make: () => Buffer): Promise<Buffer> {
  const known = await findSecret(engine, name);
  if (known !== undefined) return known;
  const secret = make();
  await retrying(engine, () =>
    engine.writer
      .insertInto("installation")
      .values({ name, secret })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .execute(),
  );
  const kept = await findSecret(engine, name);
  if (kept === undefined) throw new Error("A secret of the installation is gone.");
  return kept;
}
