import type { Loaded } from "./loaded.ts";
import type { CustomerRow } from "./schema.ts";
import { type Session, selectByKeys } from "./statements.ts";

const selectLinks = selectByKeys<string, Pick<CustomerRow, "id" | "owner">>(({ trx }, ids) =>
  trx.selectFrom("customers").select(["id", "owner"]).where("id", "in", ids),
);

/** The owners that customers were linked to by hand. */
export async function loadLinks(
  session: Session,
  loaded: Loaded,
  customers: Iterable<string>,
): Promise<void> {
  const rows = await selectLinks(session, customers);
  loaded.books.load({ links: rows.map(({ id, owner }) => [id, owner] as const) });
}
