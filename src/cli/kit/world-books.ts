import type { ApiBooks } from "../../simulator/comparison.ts";
import type { Truth } from "../../simulator/true-books.ts";
import type { ApiRow, Target } from "./target.ts";

/** What a server's API says of everything that a simulated world knows the truth of. */
export async function readBooks(target: Target, truth: Truth): Promise<ApiBooks> {
  return {
    charges: await target.list("/v1/charges"),
    movements: await target.list("/v1/movements"),
    wallets: await target.list("/v1/wallets"),
    accounts: await target.list("/v1/accounts"),
    usage: await readUsage(target, truth),
  };
}

/** How many are asked for at once. */
const together = 50;

async function readUsage(target: Target, { usage }: Truth): Promise<ApiRow[]> {
  const rows: ApiRow[] = [];
  for (let from = 0; from < usage.length; from += together) {
    const ids = usage.slice(from, from + together).map(({ id }) => id);
    const found = await Promise.all(ids.map((id) => target.find<ApiRow>(`/v1/usage/${id}`)));
    rows.push(...found.filter((row) => row !== undefined));
  }
  return rows;
}
