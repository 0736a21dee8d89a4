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
