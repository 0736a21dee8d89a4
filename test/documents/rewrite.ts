/** `npm run figures`: writes today's figures into README.md, CHANGELOG.md and docs/closing-a-month.md. Whoever commits them has read the difference. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/project-root.ts";
import { closingWithFigures } from "./closing.ts";
import { withFigures } from "./figures.ts";

const words = [join(projectRoot, "dist/cli/main.js"), "demo", "--once"];
const shown = execFileSync(process.execPath, words, {
  encoding: "utf8",
  env: { ...process.env, COLUMNS: "125" },
});
for (const [name, text] of Object.entries(withFigures(projectRoot, shown)))
  writeFileSync(join(projectRoot, name), text);
writeFileSync(join(projectRoot, "docs/closing-a-month.md"), await closingWithFigures(projectRoot));
