import type { Posting } from "../../domain/book/journal.ts";
import type { Page } from "../../store/engine/read/page.ts";
import type { AccountFilter } from "../../store/ledger/read/accounts.ts";
import { listAccounts } from "../../store/ledger/read/accounts.ts";
import type { Services } from "../services.ts";
import { overSnapshot } from "./over-snapshot.ts";

/** What days do not have is summed up anew for every page: so there are few. */
const pageSize = 2_000;

/** The trial balance, all of one moment, page by page. */
export function exportAccounts(
  services: Services,
  filter: AccountFilter,
): AsyncGenerator<readonly Posting[]> {
  return overSnapshot(services, async function* ({ read }) {
    for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const page: Page<Posting> = await listAccounts(read, filter, { limit: pageSize, after });
      yield page.rows;
      after = page.next;
    }
  });
}
