import type { ApiBooks } from "../simulator/comparison.ts";
import type { Target } from "./target.ts";

/** What a server's API says of everything that a simulated world knows the truth of. */
export async function readBooks(target: Target): Promise<ApiBooks> {
  return {
    charges: await target.list("/v1/charges"),
    movements: await target.list("/v1/movements"),
    wallets: await target.list("/v1/wallets"),
    accounts: await target.list("/v1/accounts"),
  };
}
