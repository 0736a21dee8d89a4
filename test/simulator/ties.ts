import type { ApiRow } from "../../src/simulator/comparison.ts";
import type { Running } from "../http/running.ts";
import { readList } from "./against-a-server.ts";

type Amounts = Readonly<Record<string, string | null>>;
interface Settlement extends Amounts {
  readonly currency: string;
}
// biome-ignore lint/suspicious/noExplicitAny: rows of the API are looked into, field by field.
type Row = any;

/** One sum of the lists, and what the ledger has under the accounts that it should be. */
export interface Untied {
  readonly of: string;
  readonly lists: string;
  readonly ledger: string;
}

/**
 * Where charges and movements, as the API lists them, do not come to what the ledger holds, by provider, currency and month of
 * the provider's clock; and rows whose own parts do not make their whole. Empty if everything ties, to the cent. What has no
 * date of its own in the lists is held against the whole history: fees, and charges on which something was undone.
 */
export async function untied(server: Running): Promise<Untied[]> {
  const charges: Row[] = await readList(server, "charges");
  const movements: Row[] = await readList(server, "movements");
  const entries: Row[] = await readList(server, "entries");
  const byId = new Map(charges.map((charge) => [charge.id, charge]));
  const undone = new Set(movements.filter(wasUndone).map((movement) => movement.charge_id));
  const monthOf = (charge: string | null, ...times: (string | null | undefined)[]) =>
    charge === null || undone.has(charge) ? "" : ` ${[...times].filter(isTold).sort().at(-1)?.slice(0, 7)}`;
  const lists = new Sums();
  const broken: Untied[] = [];
  for (const charge of charges) {
    broken.push(...brokenRow(charge), ...brokenDue(charge));
    if (charge.settled_at !== null) addCharge(lists, charge, monthOf(charge.id, charge.settled_at));
    // A payment is settled by its row, whatever becomes of what it paid.
    if (charge.settled_at !== null || charge.kind !== "transaction")
      addSettled(lists, charge.provider, charge.settlement);
  }
  for (const movement of movements) {
    broken.push(...brokenRow(movement));
    const charge = byId.get(movement.charge_id);
    // What went back before its document settled goes back of the sale once there is one.
    const month = monthOf(movement.charge_id, movement.occurred_at, charge.settled_at);
    if (isBooked(movement, charge)) addMovement(lists, movement, { charge, month });
  }
  const ledger = new Sums();
  // What a provider takes for no charge, as for a payout, is in no list of charges.
  for (const { charge_id, effective_at, postings } of entries)
    if (charge_id !== null) addPostings(ledger, postings, monthOf(charge_id, effective_at));
  const names = [...new Set([...lists.names(), ...ledger.names()])].sort();
  const differing = names
    .filter((name) => lists.of(name) !== ledger.of(name))
    .map((of) => ({ of, lists: String(lists.of(of)), ledger: String(ledger.of(of)) }));
  return [...broken, ...differing];
}

const isTold = (time: string | null | undefined): time is string => time != null;

/** It moved something for a time: when that ended is in no list. */
const wasUndone = ({ effective, status, warning }: Row): boolean =>
  !effective && !warning && status !== "pending" && status !== "rejected";

/** What lowers a document before it settles is booked with it; of one that never settles, never. */
function isBooked(movement: Row, charge: Row): boolean {
  const isCredit = movement.kind === "credit" || movement.kind === "credit_reversal";
  if (!movement.effective) return charge.kind !== "transaction" && movement.settlement !== null;
  return charge.settled_at !== null || !isCredit || charge.kind === "unseen";
}

function addCharge(lists: Sums, charge: Row, month: string): void {
  const { provider } = charge;
  const currency = charge.currency + month;
  const of = (name: string) => `${provider} ${name} ${currency}`;
  if (charge.kind !== "transaction")
    lists.add(of("tax"), -BigInt(charge.tax ?? 0) + BigInt(charge.credit_notes_tax));
  lists.add(`sold ${currency}`, -BigInt(charge.subtotal ?? 0));
  lists.add(`discounts ${currency}`, BigInt(charge.discount ?? 0));
  lists.add(
    `refunds ${currency}`,
    BigInt(charge.credit_notes_applied ?? 0) - BigInt(charge.credit_notes_tax),
  );
}

const back = new Set(["refund_reversal", "dispute_reversal", "credit_reversal"]);

function addMovement(lists: Sums, movement: Row, { charge, month }: { charge: Row; month: string }): void {
  const { provider, settlement } = movement;
  const currency = movement.currency + month;
  const sign = back.has(movement.kind) ? -1n : 1n;
  const isSold = charge.settled_at !== null || charge.kind === "unseen";
  const isOwn = charge.kind === "unseen" ? provider !== "paddle" : charge.kind !== "transaction";
  addSettled(lists, provider, settlement);
  if (!movement.effective) return;
  if (isOwn && isSold) lists.add(`${provider} tax ${currency}`, sign * BigInt(movement.tax));
  const account = accountOf(movement.kind, isOwn);
  if (account !== null && isSold && !movement.warning)
    lists.add(`${account} ${currency}`, sign * (BigInt(movement.amount) - BigInt(movement.tax)));
}

/** What a movement lowers: where the provider sells, a credit lowers what was sold. */
function accountOf(kind: string, isOwn: boolean): string | null {
  if (kind.startsWith("refund")) return "refunds";
  if (kind.startsWith("credit")) return isOwn ? "refunds" : "sold";
  return isOwn ? null : "chargebacks";
}

function addSettled(lists: Sums, provider: string, settlement: Settlement | null): void {
  if (settlement === null || settlement.net === null) return;
  const { currency, fee, dispute_fee } = settlement;
  lists.add(`${provider} fees ${currency}`, BigInt(fee ?? 0));
  lists.add(`${provider} dispute fees ${currency}`, BigInt(dispute_fee ?? 0));
}

const revenues: Readonly<Record<string, string>> = {
  "revenue:sales": "sold",
  "revenue:proration_credits": "sold",
  "revenue:discounts": "discounts",
  "revenue:refunds": "refunds",
  "revenue:chargebacks": "chargebacks",
};

function addPostings(ledger: Sums, postings: readonly ApiRow[], month: string): void {
  for (const { account, currency, amount } of postings as Row[]) {
    const [, kind, provider] = /^(?:liabilities|expenses):(tax|fees|dispute_fees):(\w+):/.exec(account) ?? [];
    const revenue = revenues[account];
    const dated = kind === "tax" ? month : "";
    if (revenue !== undefined) ledger.add(`${revenue} ${currency}${month}`, BigInt(amount));
    if (kind !== undefined)
      ledger.add(`${provider} ${kind.replace("_", " ")} ${currency}${dated}`, BigInt(amount));
  }
}

/** net = gross − tax − fee − dispute fee. */
function brokenRow({ ref, settlement }: Row): Untied[] {
  if (settlement === null || settlement.net === null) return [];
  const [gross, tax, fee, dispute, net] = ["gross", "tax", "fee", "dispute_fee", "net"].map((name) =>
    BigInt(settlement[name] ?? 0),
  ) as [bigint, bigint, bigint, bigint, bigint];
  const parts = gross - tax - fee - dispute;
  return parts === net ? [] : [{ of: `net of ${ref}`, lists: String(parts), ledger: String(net) }];
}

/** grand total − collected − paid outside − reduced before settlement = outstanding − overpaid. */
function brokenDue(charge: Row): Untied[] {
  if (charge.outstanding === null) return [];
  const [asked, collected, outside, reduced] = [
    "grand_total",
    "collected",
    "paid_outside",
    "reduced_before_settlement",
  ].map((name) => BigInt(charge[name])) as [bigint, bigint, bigint, bigint];
  const parts = asked - collected - outside - reduced;
  const due = BigInt(charge.outstanding) - BigInt(charge.overpaid);
  return parts === due ? [] : [{ of: `due of ${charge.ref}`, lists: String(parts), ledger: String(due) }];
}

class Sums {
  readonly #sums = new Map<string, bigint>();

  add(name: string, amount: bigint): void {
    this.#sums.set(name, this.of(name) + amount);
  }

  of(name: string): bigint {
    return this.#sums.get(name) ?? 0n;
  }

  names(): string[] {
    return [...this.#sums.keys()];
  }
}
