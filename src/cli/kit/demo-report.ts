import type { AuditReport } from "../../services/audit/audit.ts";
import type { DemoPost } from "./demo-post.ts";
import { describeDifference } from "./differences.ts";
import { columns, money, table } from "./output.ts";
import type { ApiRow } from "./target.ts";

/** What a demo has to show. */
export interface DemoResult {
  readonly posts: readonly DemoPost[];
  readonly charges: readonly ApiRow[];
  readonly wallets: readonly ApiRow[];
  readonly audit: AuditReport;
}

/** The upgrade of $19.99 of which credit paid $15.00: what most integrations get wrong. */
const seedRef = "txn_abc123";
const shown = 10;
/** From here on a charge's row has room for all columns, and then for whole ids. */
const roomy = { columns: 120, ids: 136 };

/** Of a terminal that is none, as whoever pipes the answer says. */
export const columnsSaid = (): number => process.stdout.columns ?? (Number(process.env.COLUMNS) || roomy.ids);

/** What was posted, and ten of the charges with their wallets, as tables that fit into so many columns; at least 80. */
export function describeDemo({ posts, charges, wallets }: DemoResult, width: number = columnsSaid()): string {
  const events = posts.flatMap((post) => post.events);
  const unexpected = posts.filter(({ differences }) => differences.length > 0);
  const expected =
    unexpected.length === 0 ? "each answered as expected" : `${unexpected.length} NOT as expected`;
  const telling = tellingOf(charges);
  const owned = telling.flatMap(({ wallet_id }) => wallets.filter(({ id }) => id === wallet_id));
  const theirs = [...new Set([...owned, ...wallets])].slice(0, shown);
  return [
    `Posted ${events.length} signed events of ${posts.length} recorded cases, ${expected}.`,
    ...unexpected.flatMap(({ name, differences }) => [`  ${name}`, ...differences.map(describeDifference)]),
    "",
    "Charges: what providers asked customers to pay, and what of it became value.",
    ...storyOf(charges),
    chargeTable(telling, width),
    ...moreOf(charges, telling),
    "",
    "Wallets: prepaid value, to the cent. Theirs:",
    walletTable(theirs, width),
    ...moreOf(wallets, theirs),
  ].join("\n");
}

function storyOf(charges: readonly ApiRow[]): string[] {
  const seed = charges.find(({ ref }) => ref === seedRef);
  if (seed === undefined) return [];
  const said = (name: string) => money(seed[name] as string, text(seed.currency));
  return [
    `The first: an upgrade of ${said("total")}, of which ${said("credit_applied")} came from credit at Paddle:`,
    `the customer paid ${said("collected")}, so the wallet gets ${said("topped_up")}.`,
  ];
}

/** The seed, one of each kind that there is, and then whichever; each in the order it was given. */
function tellingOf(charges: readonly ApiRow[]): ApiRow[] {
  const isSeed = ({ ref }: ApiRow) => ref === seedRef;
  const kinds = new Map<string, ApiRow>();
  for (const charge of charges) {
    const hasCredit = charge.credit_applied !== "0";
    const kind = `${charge.status} ${charge.reversal} ${hasCredit}`;
    if (charge.status !== "unseen" && !kinds.has(kind)) kinds.set(kind, charge);
  }
  const ranked = [...charges.filter(isSeed), ...kinds.values(), ...charges];
  return [...new Set(ranked)].slice(0, shown);
}

function moreOf(all: readonly ApiRow[], some: readonly ApiRow[]): string[] {
  const more = all.length - some.length;
  return more === 0 ? [] : [`… and ${more} more.`];
}

const words: Readonly<Record<string, string>> = {
  charged_back: "charged back",
  partially_refunded: "part refunded",
};

function chargeTable(charges: readonly ApiRow[], width: number): string {
  const amountOf = (charge: ApiRow, name: string) =>
    money(charge[name] as string | null, text(charge.currency));
  if (width < roomy.columns) {
    const amounts = ["total", "credit_applied", "collected", "topped_up", "taken_back"];
    const heads = ["total", "credit", "paid", "topped up", "taken back"];
    const rows = charges.map((charge) => {
      const standing = text(charge.reversal === "none" ? charge.status : charge.reversal);
      const cells = amounts.map((name) => amountOf(charge, name));
      return [shortened(text(charge.ref), 10), words[standing] ?? standing, ...cells];
    });
    return columns(["charge", "status", ...heads], rows, heads);
  }
  const amounts = ["total", "credit_applied", "grand_total", "collected", "topped_up", "taken_back"];
  const heads = ["total", "credit", "grand total", "collected", "topped up", "taken back"];
  const rows = charges.map((charge) => [
    width < roomy.ids ? shortened(text(charge.ref), 12) : text(charge.ref),
    text(charge.status) + (charge.reversal === "none" ? "" : `, ${text(charge.reversal)}`),
    ...amounts.map((name) => amountOf(charge, name)),
  ]);
  return table(["charge", "status", ...heads], rows, heads);
}

function walletTable(wallets: readonly ApiRow[], width: number): string {
  const amounts = ["balance", "available", "recovery"];
  const isNarrow = width < roomy.columns;
  const rows = wallets.map((wallet) => [
    isNarrow ? shortened(text(wallet.owner), 26) : text(wallet.owner),
    text(wallet.currency),
    ...amounts.map((name) => money(wallet[name] as string | null, text(wallet.currency))),
  ]);
  return (isNarrow ? columns : table)(["owner", "currency", ...amounts], rows, amounts);
}

const shortened = (id: string, length: number): string =>
  id.length > length + 1 ? `${id.slice(0, length)}…` : id;
const text = (value: unknown): string => String(value ?? "–");
