import { type Kysely, sql } from "kysely";
import type { WalletLineKind } from "../../../domain/book/journal.ts";
import type { ChargeId, WalletId } from "../../../domain/ids.ts";
import { lineData } from "../../../domain/outbox/messages.ts";
import type { Database, OutboxRow } from "../../schema.ts";

/** A message with the statement lines that it tells of: of one, or of several what they come to. */
export type ToldMessage = OutboxRow & { readonly wallet_id: WalletId | null } & (ToldLines | NoLines);

interface ToldLines {
  readonly owner: string;
  readonly currency: string;
  readonly kind: WalletLineKind;
  readonly amount: bigint;
  readonly balance_after: bigint;
  readonly requested: bigint;
  readonly covered: bigint;
  readonly uncovered: bigint;
  readonly effective_at: bigint;
  /** The charge as it was called when the app was told, and the one that the line belongs to by now. */
  readonly charge_id: ChargeId | null;
  readonly line_charge_no: bigint | null;
}

interface NoLines {
  readonly kind: null;
  readonly charge_id: null;
}

export function toldMessages(db: Pick<Kysely<Database>, "selectFrom">) {
  return db
    .selectFrom("outbox")
    .leftJoin("wallets", "wallets.no", "outbox.wallet_no")
    .leftJoin("wallet_lines as line", (join) =>
      join.onRef("line.wallet_no", "=", "outbox.wallet_no").onRef("line.seq", "=", "outbox.seq"),
    )
    .leftJoin("wallet_lines as first", (join) =>
      join.onRef("first.wallet_no", "=", "outbox.wallet_no").onRef("first.seq", "=", "outbox.from_seq"),
    )
    .leftJoin("charges", "charges.no", "outbox.charge_no")
    .selectAll("outbox")
    .select(["wallets.id as wallet_id", "wallets.owner", "wallets.currency", "charges.id as charge_id"])
    .select(["line.kind", "line.balance_after", "line.requested", "line.covered", "line.uncovered"])
    .select(["line.effective_at", "line.charge_no as line_charge_no"])
    .select(sql<bigint>`line.balance_after - first.balance_after + first.amount`.as("amount"))
    .$castTo<ToldMessage>();
}

const saidByLines = "null";

/** Whether it is kept as a reference: what it tells, its lines say. */
export const isSaidByLines = ({ data }: Pick<OutboxRow, "data">): boolean => data === saidByLines;

/** What is told, as JSON text. */
export function dataOf(told: ToldMessage): string {
  if (!isSaidByLines(told)) return told.data;
  const { type, wallet_id: id } = told;
  if (
    id === null ||
    told.kind === null ||
    (type !== "wallet.balance_changed" && type !== "wallet.debit_uncovered")
  )
    throw new Error(`The message ${told.id} tells of no line.`);
  const line = {
    seq: Number(told.seq),
    fromSeq: Number(told.from_seq),
    kind: told.kind,
    amount: told.amount,
    balanceAfter: told.balance_after,
    requested: told.requested,
    covered: told.covered,
    uncovered: told.uncovered,
    chargeId: told.charge_id,
    effectiveAt: told.effective_at,
  };
  return JSON.stringify(lineData(type, { id, owner: told.owner, currency: told.currency }, line));
}
