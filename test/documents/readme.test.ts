import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commands as known } from "../../src/cli/commands.ts";
import { operationsOf } from "../../src/http/app.ts";
import { runHere } from "../cli/command-line.ts";
import { projectRoot } from "../support/project-root.ts";

const read = (name: string) => readFileSync(join(projectRoot, name), "utf8");
const readme = read("README.md");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

const documents = [
  "CONTRIBUTING.md",
  "SECURITY.md",
  "docs/deploying.md",
  "docs/policy.md",
  "README.md",
  "CHANGELOG.md",
  "docs/operations.md",
  "docs/closing-a-month.md",
  "docs/reports.md",
  "docs/connect-paddle.md",
  "docs/connect-stripe.md",
];

test.each(documents)("every npm script and every command that %s names is there", async (name) => {
  const text = read(name);
  const named = [...text.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(([, script]) => script ?? "");
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
  const commands = [...text.matchAll(/(?:(?<!-u )tallyhook -- |`tallyhook |\$ tallyhook )([a-z][a-z-]*)/g)];
  const { out } = await runHere(projectRoot, ["--help"]);
  const listed = [...out.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, command]) => command);
  expect(commands.map(([, command]) => command).filter((command) => !listed.includes(command))).toEqual([]);
});

test.each(documents)("every option that %s names is one of its command", async (name) => {
  const calls = read(name).matchAll(
    /(?:(?<!-u )tallyhook -- |`tallyhook |\$ tallyhook )([a-z][a-z-]*)([^`\n#|&]*)/g,
  );
  for (const [call, command = "", rest = ""] of calls) {
    const { options } = (await known.get(command)?.load()) ?? { options: {} };
    const said = [...rest.matchAll(/--([a-z][a-z-]*)/g)].map(([, option]) => option ?? "");
    expect([call, said.filter((option) => !(option in options) && option !== "help")]).toEqual([call, []]);
  }
});

test("every route that README's table names is served", () => {
  const paths = new Set(
    operationsOf({ providers: new Map() } as unknown as Parameters<typeof operationsOf>[0]).map(
      ({ path }) => path,
    ),
  );
  const rows = readme.split("\n").filter((line) => /^\| `(?:POST )?\/v1/.test(line));
  const routes = rows.flatMap((row) => {
    const [, cell = ""] = row.split("|");
    let base = "";
    return [...cell.matchAll(/`(?:POST )?([^`]+)`/g)].map(([, route = ""]) => {
      const path = route.replace(/\?.*$/, "");
      if (path.startsWith("/")) base = path.replace(/(\/:id).*$/, "$1");
      const under = base.endsWith("/:id") ? base : `${base}/:id`;
      return (path.startsWith("/") ? path : `${under}${path.replace(/^…(?:\/:id)?/, "")}`).replace(
        /^\/v1/,
        "",
      );
    });
  });
  expect(routes.length).toBeGreaterThan(20);
  expect(routes.filter((route) => !paths.has(route))).toEqual([]);
});

test("every file that README links to is there", () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path ?? "");
  expect(links.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
});

test.each(documents)("every recorded body that %s names is there", (name) => {
  const named = [...read(name).matchAll(/(?:node_modules\/tallyhook\/)?(fixtures\/[\w./-]+\.jsonl?)\b/g)];
  expect(named.filter(([, path = ""]) => !existsSync(join(projectRoot, path)))).toEqual([]);
});
