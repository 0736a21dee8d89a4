import type { Truth } from "./true-books.ts";

/** A row of the API. */
export type ApiRow = Readonly<Record<string, unknown>>;

/** What the API answers, all pages of it. */
export interface ApiBooks {
  readonly charges: readonly ApiRow[];
  readonly movements: readonly ApiRow[];
  readonly wallets: readonly ApiRow[];
  readonly accounts: readonly ApiRow[];
  /** What the truth knows of it: the API has no list of usage. */
  readonly usage: readonly ApiRow[];
}

/** `is` is what the API says, `should` what is true; `null` stands for a row that is not there. */
export interface Disagreement {
  readonly about: string;
  readonly field: string;
  readonly is: unknown;
  readonly should: unknown;
}

/** Everything in which the API's books are not the true ones, field by field. None: they agree to the last unit. */
export function disagreements(truth: Truth, books: ApiBooks): Disagreement[] {
  const refs = new Map(books.charges.map((charge) => [charge.id, charge.ref]));
  const movements = books.movements
    .filter((row) => !isExplained(row))
    .map((row) => ({ ...row, charge_ref: refs.get(row.charge_id) }));
  return [
    ...compared("charge", truth.charges, books.charges, (row) => `${row.provider} ${row.ref}`),
    ...compared("movement", truth.movements, movements, (row) => `${row.provider} ${row.ref}`),
    ...compared(
      "wallet",
      truth.wallets.filter(holdsSomething),
      books.wallets.filter(holdsSomething),
      walletKey,
    ),
    ...compared("account", truth.accounts.filter(hasBalance), knownAccounts(truth, books), accountKey),
    ...compared("usage", truth.usage, books.usage, ({ id }) => String(id)),
  ];
}

function compared(
  what: string,
  trueRows: readonly object[],
  apiRows: readonly ApiRow[],
  keyOf: (row: ApiRow) => string,
): Disagreement[] {
  const byKey = new Map(apiRows.map((row) => [keyOf(row), row]));
  const found = (trueRows as readonly ApiRow[]).flatMap((row) => {
    const about = `${what} ${keyOf(row)}`;
    const other = byKey.get(keyOf(row));
    byKey.delete(keyOf(row));
    if (other === undefined) return [{ about, field: "", is: null, should: "present" }];
    return differingFields(about, row, other);
  });
  const unknown = [...byKey.keys()].map((key) => ({
    about: `${what} ${key}`,
    field: "",
    is: "present",
    should: null,
  }));
  return [...found, ...unknown];
}

function differingFields(about: string, row: ApiRow, other: ApiRow): Disagreement[] {
  return Object.entries(row).flatMap(([field, value]) => {
    const should = typeof value === "bigint" ? value.toString() : value;
    const is = other[field] ?? null;
    return is === should ? [] : [{ about, field, is, should }];
  });
}

/** A wallet or an account that holds nothing need not exist. */
function hasBalance({ balance }: { readonly balance?: unknown }): boolean {
  return String(balance) !== "0";
}

function holdsSomething(wallet: { readonly balance?: unknown; readonly pending?: unknown }): boolean {
  return hasBalance(wallet) || wallet.pending !== "0";
}

/** The truth keeps what providers owe; of the company's other accounts only those that it names. */
function knownAccounts(truth: Truth, { accounts }: ApiBooks): ApiRow[] {
  const named = new Set<unknown>(truth.accounts.map(({ account }) => account));
  const isKnown = ({ account }: ApiRow) =>
    named.has(account) || /^assets:(?:provider|disputes|suspense):/.test(String(account));
  return accounts.filter((row) => isKnown(row) && hasBalance(row));
}

const walletKey = (row: ApiRow): string => `${row.owner} ${row.currency}`;
const accountKey = (row: ApiRow): string => `${row.account} ${row.currency}`;

/** What was told by a charge's count alone until its refund was heard: in truth there is that refund only. */
const isExplained = (row: ApiRow): boolean =>
  String(row.ref).endsWith(":amount_refunded") && row.effective === false && row.amount === "0";
