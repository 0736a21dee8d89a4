import { type Kysely, sql } from "kysely";
import type { WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import { type ClockName, type Page, type PageRequest, pageAt, positionIn } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { walletAccount } from "./wallet-account.ts";
import type { WalletFilter } from "./wallets.ts";

/** What a wallet had before a moment, by its postings. What was held or pending then is not kept. */
export interface WalletAt {
  readonly id: WalletId;
  readonly owner: string;
  readonly currency: string;
  readonly paid: Amount;
  readonly promo: Amount;
  readonly recovery: Amount;
  /** Its last statement line by then; 0 if it had none. */
  readonly seq: number;
}

interface Asked extends WalletFilter {
  readonly from?: bigint | undefined;
  readonly to: bigint;
  readonly clock: ClockName;
}

/** Newest first; with `from`, those that changed in the window alone. */
export async function listWalletsAt(
  db: Kysely<Database>,
  { from, to, clock, owner, currency }: Asked,
  page: PageRequest,
): Promise<Page<WalletAt>> {
  const time = sql.ref(clock === "posted" ? "posted_at" : "effective_at");
  const changed =
    from === undefined
      ? sql`true`
      : sql`exists (
          select 1 from wallet_lines where wallet_no = wallets.no and ${time} >= ${from} and ${time} < ${to}
        )`;
  const filters = [
    ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
    ...(currency === undefined ? [] : [sql`currency = ${currency}`]),
  ];
  const at = await positionIn(db, "wallets", page);
  const posted = (account: "walletPaid" | "walletPromo" | "recovery") => sql`(
    select cast(coalesce(sum(postings.amount), 0) as bigint)
    from accounts
      join postings on postings.account_no = accounts.no
      join entries on entries.no = postings.entry_no
    where accounts.path = ${walletAccount(account)} and accounts.currency = wallets.currency and ${time} < ${to}
  )`;
  const { rows } = await sql<Omit<WalletAt, "seq"> & { readonly seq: bigint }>`
    select id, owner, currency,
      -${posted("walletPaid")} as paid, -${posted("walletPromo")} as promo, ${posted("recovery")} as recovery,
      (select coalesce(max(seq), 0) from wallet_lines where wallet_no = wallets.no and ${time} < ${to}) as seq
    from wallets
    where no ${sql.raw(at.compare)} ${at.no} and ${sql.join([changed, ...filters], sql` and `)}
    order by no ${sql.raw(at.order)}
    limit ${BigInt(page.limit + 1)}
  `.execute(db);
  return pageAt(
    rows.map((row) => ({ ...row, seq: Number(row.seq) })),
    page,
    ({ id }) => id,
  );
}
