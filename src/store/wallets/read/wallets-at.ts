import { type Kysely, sql } from "kysely";
import { accounts } from "../../../domain/book/accounts.ts";
import type { WalletId } from "../../../domain/ids.ts";
import type { Amount } from "../../../domain/money.ts";
import { type ClockName, type Page, type PageRequest, pageAt, positionIn } from "../../engine/read/page.ts";
import { heldByPath } from "../../ledger/read/account-days.ts";
import type { Database } from "../../schema.ts";
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

/** Newest first; with `from`, those that changed in the window alone. To be read from one moment of the database. */
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
  const { rows } = await sql<Named>`
    select id, owner, currency,
      (select coalesce(max(seq), 0) from wallet_lines where wallet_no = wallets.no and ${time} < ${to}) as seq
    from wallets
    where no ${sql.raw(at.compare)} ${at.no} and ${sql.join([changed, ...filters], sql` and `)}
    order by no ${sql.raw(at.order)}
    limit ${BigInt(page.limit + 1)}
  `.execute(db);
  const held = await heldByPath(
    db,
    rows.flatMap(({ id }) => accountNames.map((name) => accounts[name](id))),
    { clock, before: to },
  );
  return pageAt(
    rows.map(({ seq, ...wallet }) => {
      const of = (name: (typeof accountNames)[number]) =>
        held.get(`${wallet.currency} ${accounts[name](wallet.id)}`) ?? 0n;
      const [paid, promo, recovery] = [-of("walletPaid"), -of("walletPromo"), of("recovery")];
      return { ...wallet, paid, promo, recovery, seq: Number(seq) };
    }),
    page,
    ({ id }) => id,
  );
}

interface Named extends Pick<WalletAt, "id" | "owner" | "currency"> {
  readonly seq: bigint;
}

const accountNames = ["walletPaid", "walletPromo", "recovery"] as const;
