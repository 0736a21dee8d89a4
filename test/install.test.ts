import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./support/project-root.ts";

const read = (name: string) => readFileSync(join(projectRoot, name), "utf8");
const documented = read("docs/dependencies.md");

/** As npm would install it: neither for development nor for another platform. */
const production = Object.entries(
  (
    JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { dev?: boolean; optional?: boolean }>;
    }
  ).packages,
).filter(([path, { dev, optional }]) => path !== "" && !dev && !optional);

test("every production dependency is justified, and nothing is that is none", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  const rows = documented.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  expect(named.sort()).toEqual(Object.keys(dependencies).sort());
  expect(documented).toContain(`These ${named.length} packages`.toLowerCase());
});

test("a production install has as many packages as is said", () => {
  expect(documented).toContain(`${production.length} packages in all`);
});

test("the package holds what is run, and neither maps nor types that nobody imports", () => {
  const words = ["pack", "--dry-run", "--ignore-scripts", "--json"];
  const [packed] = JSON.parse(execFileSync("npm", words, { cwd: projectRoot, encoding: "utf8" }));
  const paths = (packed.files as { path: string }[]).map(({ path }) => path);
  const unwanted = /\.map$|\.tsbuildinfo$|^dist\/(?:cli|simulator)\/.*\.d\.ts$|^(?:src|test)\//;
  expect(paths.filter((path) => unwanted.test(path))).toEqual([]);
  expect(paths).toEqual(
    expect.arrayContaining(["dist/cli/main.js", "dist/index.d.ts", "LICENSE", "README.md"]),
  );
  const [, files = "", megabytes = ""] = /at most ([\d,]+) files and ([\d.]+) MB/.exec(documented) ?? [];
  expect(paths.length).toBeLessThanOrEqual(Number(files.replace(",", "")));
  expect(packed.unpackedSize).toBeLessThanOrEqual(Number(megabytes) * 1_000_000);
  const links = [...read("README.md").matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = ""]) => path);
  expect(links.filter((link) => !paths.some((path) => path === link || path.startsWith(`${link}/`)))).toEqual(
    [],
  );
}, 60_000);
