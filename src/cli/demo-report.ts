import type { AuditReport } from "../services/audit/audit.ts";
import type { DemoPost } from "./demo-post.ts";
import { describeDifference } from "./differences.ts";
import { money, table } from "./output.ts";
import type { Row } from "./target.ts";

/** What a demo has to show. */
export interface DemoResult {
  readonly posts: readonly DemoPost[];
  readonly charges: readonly Row[];
  readonly wallets: readonly Row[];
  readonly audit: AuditReport;
}

/** From here on a charge's row has room for whole ids. */
const wideTerminal = 136;
const shortId = 12;

/** Of a terminal that is none, as whoever pipes the answer says. */
const columnsSaid = (): number | undefined => Number(process.env.COLUMNS) || undefined;

/** What was posted, the charges and the wallets, as tables; `columns` is `undefined` where nobody looks at a terminal. */
export function describeDemo(
  { posts, charges, wallets }: DemoResult,
  columns: number | undefined = process.stdout.columns ?? columnsSaid(),
): string {
  const events = posts.flatMap((post) => post.events);
  const unexpected = posts.filter(({ differences }) => differences.length > 0);
  const expected =
    unexpected.length === 0 ? "each answered as expected" : `${unexpected.length} NOT as expected`;
  return [
    `Posted ${events.length} signed events of ${posts.length} recorded cases, ${expected}.`,
    ...unexpected.flatMap(({ name, differences }) => [`  ${name}`, ...differences.map(describeDifference)]),
    "",
    "Charges: what providers asked customers to pay, and what of it became wallet value.",
    chargeTable(charges, (columns ?? wideTerminal) >= wideTerminal),
    "",
    "Wallets: prepaid value, to the cent.",
    walletTable(wallets),
  ].join("\n");
}

function chargeTable(charges: readonly Row[], hasRoom: boolean): string {
  const amounts = ["total", "credit_applied", "grand_total", "collected", "topped_up", "taken_back"];
  const heads = ["total", "credit", "grand total", "collected", "topped up", "taken back"];
  const rows = charges.map((charge) => [
    hasRoom ? text(charge.ref) : shortened(text(charge.ref)),
    text(charge.status) + (charge.reversal === "none" ? "" : `, ${text(charge.reversal)}`),
    ...amounts.map((name) => money(charge[name] as string | null, text(charge.currency))),
  ]);
  return table(["charge", "status", ...heads], rows, heads);
}

function walletTable(wallets: readonly Row[]): string {
  const amounts = ["balance", "available", "recovery"];
  const rows = wallets.map((wallet) => [
    text(wallet.owner),
    text(wallet.currency),
    ...amounts.map((name) => money(wallet[name] as string | null, text(wallet.currency))),
  ]);
  return table(["owner", "currency", ...amounts], rows, amounts);
}

const shortened = (id: string): string => (id.length > shortId + 1 ? `${id.slice(0, shortId)}…` : id);
const text = (value: unknown): string => String(value ?? "–");
