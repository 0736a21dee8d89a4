import type { Kysely } from "kysely";
import { customerKey, type ProviderName, type Source } from "../../../domain/ids.ts";
import type { Instant } from "../../../domain/time.ts";
import type { Database } from "../../schema.ts";
import type { WalletTotals } from "../../wallets/nouns/wallet.ts";
import { type LimitStanding, limitsOfOwner } from "../../wallets/read/limits.ts";
import { totalsOf } from "../../wallets/wallets.ts";

/** A customer of a provider's that is an owner's. */
export interface OwnedCustomer extends Source {
  readonly customerRef: string;
  /** `null`: nobody linked it; a charge says whose it is. */
  readonly linkedAt: Instant | null;
}

export interface OwnerView {
  readonly owner: string;
  readonly wallets: readonly WalletTotals[];
  readonly customers: readonly OwnedCustomer[];
  readonly limits: readonly LimitStanding[];
}

/** All that an owner has, in one answer; nobody is unknown, some have nothing. */
export async function ownerView(db: Kysely<Database>, owner: string, now: Instant): Promise<OwnerView> {
  const [wallets, limits, linked, charged] = await Promise.all([
    db.selectFrom("wallets").selectAll().where("owner", "=", owner).orderBy("currency").execute(),
    limitsOfOwner(db, owner, now),
    db
      .selectFrom("customers")
      .select(["provider", "account", "customer_ref", "linked_at"])
      .where("owner", "=", owner)
      .execute(),
    db
      .selectFrom("charges")
      .leftJoin("customers", (join) =>
        join
          .onRef("customers.provider", "=", "charges.provider")
          .onRef("customers.account", "=", "charges.account")
          .onRef("customers.customer_ref", "=", "charges.customer_ref"),
      )
      .select(["charges.provider", "charges.account", "charges.customer_ref"])
      .where("charges.owner", "=", owner)
      .where("charges.customer_ref", "is not", null)
      .where("customers.owner", "is", null)
      .distinct()
      .execute(),
  ]);
  const customers = [...linked, ...charged.map((row) => ({ ...row, linked_at: null }))].map(
    ({ provider, account, customer_ref, linked_at }) => ({
      provider: provider as ProviderName,
      account,
      customerRef: customer_ref ?? "",
      linkedAt: linked_at,
    }),
  );
  const key = (customer: OwnedCustomer) => customerKey(customer, customer.customerRef);
  customers.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return { owner, wallets: wallets.map(totalsOf), customers, limits };
}
