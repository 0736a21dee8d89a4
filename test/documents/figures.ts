import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** README.md and CHANGELOG.md as they should be: their words, and the figures of today. `npm run figures` writes them. */
export function withFigures(root: string, shown: string): Record<"README.md" | "CHANGELOG.md", string> {
  const read = (name: string) => readFileSync(join(root, name), "utf8");
  const files = readdirSync(join(root, "fixtures"), { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.jsonl?$/.test(name) && !/\.(?:expected|policy)\.json$/.test(name),
  );
  const below = (folder: string, prefix = "") =>
    files.filter((name) => name.replaceAll("\\", "/").startsWith(`${folder}/${prefix}`)).length;
  const [paddle, stripe, stories] = [below("paddle"), below("stripe"), below("scenarios")];
  const ofStripe = below("scenarios", "stripe-");
  const ofBoth = below("scenarios", "one-owner-two-providers");
  const [, cases = "?"] = / of (\d+) recorded cases/.exec(shown) ?? [];
  const provider = read("test/support/orchard.ts").split("\n").length - 1;
  return {
    "README.md": withDemo(read("README.md"), shown)
      .replace(/\d+ recorded cases posted/, `${cases} recorded cases posted`)
      .replace(/\d+ bodies and \d+ stories/, `${paddle + stripe} bodies and ${stories} stories`)
      .replace(/\d+ lines for a complete one/, `${provider} lines for a complete one`),
    "CHANGELOG.md": read("CHANGELOG.md").replace(
      /\d+ fixtures and \d+ stories for Paddle, \d+ and \d+ for Stripe/,
      `${paddle} fixtures and ${stories - ofStripe - ofBoth} stories for Paddle, ${stripe} and ${ofStripe} for Stripe`,
    ),
  };
}

/** What the demo prints, line by line: README shows some of its lines, and each is found again by what it is about. */
function withDemo(readme: string, shown: string): string {
  const lines = new Map(shown.split("\n").map((line) => [subjectOf(line), line]));
  return readme.replace(/```\nPosted ([\s\S]*?)```/, (block) => {
    const [open = "", ...rest] = block.split("\n");
    const today = rest.map((line) =>
      /^ *…|^```/.test(line) ? line : (lines.get(subjectOf(line)) ?? `? ${line}`),
    );
    return [open, ...aligned(today)].join("\n");
  });
}

/** The first cell of a row, the first word of a sentence. */
function subjectOf(line: string): string {
  return cellsOf(line)[0] ?? line.split(" ")[0] ?? "";
}

function cellsOf(line: string): string[] {
  return line.startsWith("│")
    ? line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim())
    : [];
}

/** Rows that stand together, as narrow as they can be, figures flush right. */
function aligned(lines: readonly string[]): string[] {
  return lines.map((line, index) => {
    const cells = cellsOf(line);
    if (cells.length === 0) return line;
    const isTogether = (row: string) => cellsOf(row).length === cells.length;
    const together = lines.filter(
      (row, at) => isTogether(row) && lines.slice(Math.min(at, index), Math.max(at, index)).every(isTogether),
    );
    const padded = cells.map((cell, column) => {
      const all = together.map((row) => cellsOf(row)[column] ?? "");
      const width = Math.max(...all.map((other) => other.length));
      return all.some((other) => /^-?[$€£¥]/.test(other)) ? cell.padStart(width) : cell.padEnd(width);
    });
    return `│ ${padded.join(" │ ")} │`;
  });
}
