import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDemoWorld } from "../../src/cli/kit/demo-world.ts";
import { monthIn } from "../../src/domain/local-calendar.ts";
import { isUnexplained, rowClasses } from "../../src/domain/reconciling/level.ts";
import type { Run } from "../../src/domain/reconciling/run.ts";
import { rollForward } from "../../src/services/export/rollforward.ts";
import { comparableLevels } from "../../src/services/reconciling/plan-for.ts";
import { reconcileNow } from "../../src/services/reconciling/start-run.ts";
import type { Services } from "../../src/services/services.ts";

type Month = NonNullable<ReturnType<typeof monthIn>>;

/** docs/closing-a-month.md as it should be: its words, and the October of the demo world. `npm run figures` writes it. */
export async function closingWithFigures(root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-closing-"));
  const { scratch, close } = await openDemoWorld(folder, 0);
  try {
    return await closingOf(scratch.services, root);
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same of a demo world that is there already. */
export async function closingOf(services: Services, root: string): Promise<string> {
  const month = monthIn("2026-10", "UTC");
  if (month === undefined) throw new Error("2026-10 is no month any more.");
  const figures = [
    await rolledFigures(services, month),
    await owedFigures(services, month),
    await reconciledFigures(services, month),
  ];
  return rewritten(readFileSync(join(root, "docs/closing-a-month.md"), "utf8"), new Map(figures.flat()));
}

/** The cells of a row from a column on, by what the row begins with. */
type Figures = (readonly [
  row: string,
  figures: { readonly from: number; readonly cells: readonly string[] },
])[];

/** Figures that stand in a sentence. */
const writtenOff = "written off";
const sold = "sold into wallets";

async function rolledFigures(services: Services, month: Month): Promise<Figures> {
  const rolled = await rollForward(services, { month, clock: "effective", currency: "USD" });
  return rolled.flatMap(({ of, provider, opening, lines, closing, ofWhichTax }): Figures => {
    if (of === "wallets_paid") {
      const all = { opening, ...lines, "**closing**": closing, of_which_tax: ofWhichTax ?? 0n };
      const sums = ["granted, grants_reversed", "used, use_reversed"].map((names) => {
        const amounts = names.split(", ").map((name) => lines[name] ?? 0n);
        return [names, amounts.reduce((total, amount) => total + amount, 0n)] as const;
      });
      return [...Object.entries(all), ...sums].map(([name, amount]) => {
        const cell = name === "**closing**" ? `**${shown(amount)}**` : shown(amount);
        return [name, { from: 1, cells: [cell] }];
      });
    }
    if (of === "wallets_write_off") return [[writtenOff, { from: 0, cells: [shown(lines.uncovered ?? 0n)] }]];
    if (of !== "provider_credit" || provider === null) return [];
    const amounts = [opening, lines.issued ?? 0n, lines.applied ?? 0n, closing];
    return [[nameOf(provider), { from: 1, cells: amounts.map(shown) }]];
  });
}

async function owedFigures({ store }: Services, { to }: Month): Promise<Figures> {
  const rows = await store.read
    .selectFrom("postings")
    .innerJoin("accounts", "accounts.no", "postings.account_no")
    .innerJoin("entries", "entries.no", "postings.entry_no")
    .select(["accounts.path", "postings.amount"])
    .where("accounts.currency", "=", "USD")
    .where("entries.effective_at", "<", to)
    .execute();
  const held = (account: string) =>
    rows.filter(({ path }) => path === account).reduce((total, { amount }) => total + amount, 0n);
  const both = (of: string) =>
    ["paddle", "stripe"].map((provider) => shown(held(`assets:provider:${provider}:default:${of}`)));
  return [
    [sold, { from: 0, cells: [shown(held("revenue:sold_into_wallets"))] }],
    ["balance, fee known", { from: 1, cells: both("balance") }],
    ["unsettled, the provider has not stated fee or net yet", { from: 1, cells: both("unsettled") }],
  ];
}

async function reconciledFigures(services: Services, { from, to }: Month): Promise<Figures> {
  const figures: [string, { from: number; cells: string[] }][] = [];
  for (const provider of ["stripe", "paddle"] as const)
    for (const level of comparableLevels(provider).filter((name) => name !== "wallets")) {
      const about = { provider, account: "default", level, from, to, zone: "UTC", currency: null };
      const request = { ...about, payoutRef: null, statementIds: [] };
      const run = await reconcileNow(services, request, {
        by: "the document",
        stopping: new AbortController().signal,
      });
      const rows = rowClasses.reduce((total, name) => total + (run.counts[name] ?? 0), 0);
      if (level === "posting") {
        // How many charges there were on the way, before some turned out to be others, depends on what came first.
        figures.push([
          "posting both",
          { from: 2, cells: [run.status, "all", "", "", sidesOf(run)[2] ?? ""] },
        ]);
      } else {
        const key = `${level.replace("_", " ")} ${nameOf(provider)}`;
        figures.push([key, { from: 2, cells: [run.status, String(rows), ...sidesOf(run)] }]);
      }
    }
  return figures;
}

function sidesOf({ totals, counts }: Run): string[] {
  const usd = totals.find(({ currency }) => currency === "USD");
  const { left, right, difference } = usd ?? { left: 0n, right: 0n, difference: 0n };
  const isExplained = rowClasses.every((name) => !isUnexplained(name) || (counts[name] ?? 0) === 0);
  const why = difference !== 0n && isExplained ? ", explained" : "";
  return [shown(left), shown(right), `${shown(difference)}${why}`];
}

const nameOf = (provider: string) => `${provider.charAt(0).toUpperCase()}${provider.slice(1)}`;

/** Minor units as the document writes them: 1,234.05, and a minus of its own. */
function shown(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amount < 0n ? "−" : ""}${whole}.${digits.slice(-2)}`;
}

/** Rows of tables by their first cell; of the table of levels by level and provider, the level of the row above if none. */
function rewritten(text: string, figures: ReadonlyMap<string, Figures[number][1]>): string {
  let level = "";
  const lines = text.split("\n").map((line) => {
    if (!line.startsWith("| ")) return line;
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [first = "", second = ""] = cells;
    if (first !== "") level = first.replace(/:.*/, "");
    const found = figures.get(first) ?? figures.get(`${level} ${second}`);
    if (found === undefined) return line;
    cells.splice(found.from, found.cells.length, ...found.cells);
    return `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |").replaceAll("|  |", "| |");
  });
  const figure = (name: string) => figures.get(name)?.cells[0]?.replaceAll("*", "") ?? "?";
  const closing = figure("**closing**");
  return lines
    .join("\n")
    .replace(
      /`\d+` in `USD` is [\d,.]+ dollars/,
      `\`${closing.replace(/[,.]/g, "")}\` in \`USD\` is ${closing} dollars`,
    )
    .replace(/is the closing: [\d,]+\.\d\d/, `is the closing: ${closing}`)
    .replace(/was written off: [\d,]+\.\d\d/, `was written off: ${figure(sold)}`)
    .replace(/October [\d,]+\.\d\d were written off/, `October ${figure(writtenOff)} were written off`);
}
