import type { CustomerLink } from "../../domain/books.ts";
import { customerKey } from "../../domain/ids.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded } from "../loaded.ts";
import type { CustomerRow } from "../schema.ts";

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

const putLinks = insertRows("customers", { key: "id", keep: ["provider", "account", "customer_ref"] });

/**
 * A customer that is linked again belongs to the new owner from then on, and so does what of theirs has not settled, also
 * what came meanwhile: a link outranks everything else that says whose a charge is.
 */
export async function saveLinks(session: Session, links: readonly CustomerLink[]): Promise<void> {
  const rows = links.map(
    (link): CustomerRow => ({
      id: customerKey(link, link.customerRef),
      provider: link.provider,
      account: link.account,
      customer_ref: link.customerRef,
      owner: link.owner,
      linked_at: link.at,
    }),
  );
  await putLinks(
    session,
    rows.sort((a, b) => ascending(a.id, b.id)),
  );
  for (const { provider, account, customerRef, owner } of links) {
    await session.trx
      .updateTable("charges")
      .set({ owner })
      .where("customer_ref", "=", customerRef)
      .where("provider", "=", provider)
      .where("account", "=", account)
      .where("owner_version", "is not", null)
      .where("owner", "is distinct from", owner)
      .execute();
  }
}
