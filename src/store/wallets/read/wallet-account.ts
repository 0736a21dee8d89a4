import { sql } from "kysely";
import { accounts } from "../../../domain/book/accounts.ts";
import type { WalletId } from "../../../domain/ids.ts";

/** The path of an account of the wallet at hand, in SQL. */
export function walletAccount(name: "walletPaid" | "walletPromo" | "recovery") {
  const [head, tail] = accounts[name]("\0" as WalletId).split("\0");
  return sql`${head} || wallets.id || ${tail}`;
}
