import { type Kysely, sql } from "kysely";
import type { WalletLineKind } from "../../../domain/book/journal.ts";
import type { Amount } from "../../../domain/money.ts";
import {
  type Page,
  type PageRequest,
  pageOf,
  type TimeWindow,
  UnknownPosition,
} from "../../engine/read/page.ts";
import { returning, taking } from "../../ledger/read/return-kinds.ts";
import type { Database } from "../../schema.ts";

/** What lines of one kind left uncovered for one owner; below zero where they undo what earlier ones left. */
export interface Uncovered {
  readonly owner: string;
  readonly currency: string;
  readonly kind: WalletLineKind;
  /** Of usage and its reversal; null if an amount was settled, or for any other kind. */
  readonly meter: string | null;
  /** How many usages or statement lines it was. */
  readonly count: number;
  readonly uncovered: Amount;
}

interface UncoveredRow extends Omit<Uncovered, "count" | "kind"> {
  readonly kind: string;
  readonly count: bigint;
}

/** By owner, currency, kind and meter, in the order of their names; the window is on our clock, so that it stays as it is. */
export async function listUncovered(
  db: Kysely<Database>,
  { from, to }: Required<TimeWindow>,
  page: PageRequest,
): Promise<Page<Uncovered>> {
  const after = page.after === null ? null : readName(page.after);
  const position =
    after === null ? sql`1 = 1` : sql`(owner, currency, kind, coalesce(meter, '')) > (${sql.join(after)})`;
  const { rows } = await sql<UncoveredRow>`
    select owner, currency, kind, meter, count, uncovered from (
      select wallets.owner, wallets.currency, line.kind, coalesce(usage.meter, reversed.meter) as meter,
        count(*) as count,
        cast(sum(case
          when line.kind in ('usage_reversal', 'debit_reversal', ${returning}) then -line.uncovered
          else coalesce(usage.uncovered, line.uncovered)
        end) as bigint) as uncovered
      from wallet_lines line
        join wallets on wallets.no = line.wallet_no
        left join usage on usage.wallet_no = line.wallet_no and usage.seq = line.seq and usage.uncovered > 0
        left join usage reversed on reversed.wallet_no = line.wallet_no and reversed.reversed_seq = line.seq
      where line.posted_at >= ${from} and line.posted_at < ${to} and line.uncovered > 0
        and line.kind in ('usage', 'usage_reversal', 'debit', 'debit_reversal', ${taking}, ${returning})
      group by wallets.owner, wallets.currency, line.kind, coalesce(usage.meter, reversed.meter)
    ) of_month
    where ${position}
    order by owner, currency, kind, coalesce(meter, '')
    limit ${page.limit + 1}
  `.execute(db);
  return pageOf(rows.map(uncoveredOf), page, nameOf);
}

function uncoveredOf({ kind, count, ...row }: UncoveredRow): Uncovered {
  return { ...row, kind: kind as WalletLineKind, count: Number(count) };
}

function nameOf({ owner, currency, kind, meter }: Uncovered): string {
  return JSON.stringify([owner, currency, kind, meter ?? ""]);
}

function readName(name: string): string[] {
  const parts = parsed(name);
  if (Array.isArray(parts) && parts.length === 4 && parts.every((part) => typeof part === "string"))
    return parts;
  throw new UnknownPosition();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
