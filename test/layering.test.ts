import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { importsOf, layeringProblems } from "./support/layering.ts";
import { projectRoot } from "./support/project-root.ts";

test("the imports of src/ follow the layers and have no cycle", () => {
  expect(layeringProblems(join(projectRoot, "src"))).toEqual([]);
});

test("what is written is a literal: a copy of it with another decision keeps all the rest", () => {
  const files = readdirSync(join(projectRoot, "src"), { recursive: true, encoding: "utf8" });
  const text = (file: string) => readFileSync(join(projectRoot, "src", file), "utf8");
  expect(files.filter((file) => /\.tsx?$/.test(file) && /\bimplements Work</.test(text(file)))).toEqual([]);
});

test("what a provider's objects and events look like is written down once", () => {
  const bodies = /^ +id\b.*,\n +object: "([\w.]+)"|^ +(payout_totals|notification_id): /gm;
  const writtenIn = (folder: string) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readFileSync(join(projectRoot, folder, file), "utf8").matchAll(bodies)])
      .map(([, object, field]) => object ?? field ?? "");
  const once = writtenIn("src/testing");
  expect(once).toEqual(expect.arrayContaining(["invoice", "payout_totals"]));
  const again = [...writtenIn("src/simulator"), ...writtenIn("test/support")];
  expect(again.filter((body) => once.includes(body))).toEqual([]);
});

test.each(["domain", "store"])("each room of %s says what it owns", (floor) => {
  const rooms = readdirSync(join(projectRoot, "src", floor), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "migrations",
  );
  const said = (room: string) => readdirSync(join(projectRoot, "src", floor, room)).includes("README.md");
  expect(rooms.map(({ name }) => name).filter((room) => !said(room))).toEqual([]);
});

describe("the check itself", () => {
  let source: string;

  beforeEach(() => {
    source = mkdtempSync(join(tmpdir(), "tallyhook-layering-"));
  });

  afterEach(() => {
    rmSync(source, { recursive: true });
  });

  const importProblems = () =>
    layeringProblems(source).filter((problem) => !problem.endsWith("is imported by nobody"));
  const plant = (file: string, text: string) => {
    mkdirSync(dirname(join(source, file)), { recursive: true });
    writeFileSync(join(source, file), text);
  };

  test.each([
    [
      "domain/money.ts",
      'import type { Row } from "../store/schema.ts";',
      "domain/money.ts may not import store/schema.ts",
    ],
    ["domain/a/deep.ts", 'import { x } from "../../config.ts";', "domain/a/deep.ts may not import config.ts"],
    ["domain/money.ts", 'import { z } from "zod";', "domain/money.ts may not import the package zod"],
    [
      "domain/money.ts",
      'import { hash } from "node:crypto";',
      "domain/money.ts may not import the package node:crypto",
    ],
    ["domain/ids.ts", 'import "node:fs";', "domain/ids.ts may not import the package node:fs"],
    ["domain/money.ts", 'import x from "../../test/x.ts";', "domain/money.ts may not import ../test/x.ts"],
    ["providers/p.ts", 'export * from "../store/s.ts";', "providers/p.ts may not import store/s.ts"],
    [
      "store/s.ts",
      'import {\n  one,\n  two,\n} from "../providers/p.ts";',
      "store/s.ts may not import providers/p.ts",
    ],
    [
      "http/a.ts",
      'import { w } from "../store/charges/w.ts";',
      "http/a.ts may not import store/charges/w.ts",
    ],
    [
      "store/engine/e.ts",
      'import { c } from "../charges/c.ts";',
      "store/engine/e.ts looks up into store/charges/c.ts",
    ],
    [
      "store/unheard-of/e.ts",
      'import { c } from "../charges/c.ts";',
      "store/unheard-of/e.ts looks up into store/charges/c.ts",
    ],
    ["services/s.ts", 'await import("../http/app.ts");', "services/s.ts may not import http/app.ts"],
    [
      "services/s.ts",
      'import type { Kysely } from "kysely";',
      "services/s.ts may not import the package kysely",
    ],
    ["http/app.tsx", 'import { s } from "../store/s.ts";', "http/app.tsx may not import store/s.ts"],
    ["console/c.tsx", 'import { s } from "../http/app.ts";', "console/c.tsx may not import http/app.ts"],
    [
      "cli/kit/run.ts",
      'import { p } from "../../providers/p.ts";',
      "cli/kit/run.ts may not import providers/p.ts",
    ],
    [
      "simulator/w.ts",
      'import { fold } from "../domain/fold.ts";',
      "simulator/w.ts may not import domain/fold.ts",
    ],
    [
      "simulator/w.ts",
      'import { n } from "../providers/n.ts";',
      "simulator/w.ts may not import providers/n.ts",
    ],
    [
      "services/s.ts",
      'import { w } from "../simulator/w.ts";',
      "services/s.ts may not import simulator/w.ts",
    ],
    [
      "utils.ts",
      'import "./config.ts";',
      "utils.ts belongs to no layer: name it in test/support/layering.ts",
    ],
  ])("finds a wrong import planted in %s: %s", (file, text, problem) => {
    plant(file, text);
    expect(importProblems()).toEqual([problem]);
  });

  test.each([
    ["domain/a/deep.ts", 'import { x } from "../money.ts";'],
    ["domain/ids.ts", 'import { randomBytes } from "node:crypto";'],
    ["providers/paddle/parse.ts", 'import { z } from "zod";\nimport { x } from "../../domain/money.ts";'],
    ["store/engine/sqlite.ts", 'import { mkdir } from "node:fs/promises";\nimport { Kysely } from "kysely";'],
    ["services/s.ts", 'import { a } from "../store/a.ts";\nimport { b } from "../providers/b.ts";'],
    [
      "console/c.tsx",
      'import { HttpProblem } from "../http/kit/problem.ts";\nimport { r } from "../store/charges/read/r.ts";',
    ],
    ["store/batch/b.ts", 'import { c } from "../charges/c.ts";'],
    ["store/charges/c.ts", 'import type { L } from "../batch/b.ts";'],
    ["cli/serve.ts", 'import { createTallyhook } from "../tallyhook.ts";'],
    ["cli/simulate.ts", 'import { w } from "../simulator/w.ts";'],
    ["simulator/paddle/w.ts", 'import type { Instant } from "../../domain/time.ts";'],
    ["domain/money.ts", '// import { z } from "zod";\n/* import "pg"; */'],
  ])("lets a right import in %s pass: %s", (file, text) => {
    plant(file, text);
    expect(importProblems()).toEqual([]);
  });

  test("finds a file without an importer, and a type's name that means two things", () => {
    plant(
      "index.ts",
      'import "./domain/a.ts";\nimport "./providers/paddle/p.ts";\nimport "./providers/stripe/p.ts";',
    );
    plant("domain/a.ts", 'export interface Told {}\nexport type { Told as Other } from "./b.ts";');
    plant("domain/b.ts", "export class Told {}");
    plant("providers/paddle/p.ts", "export type Row = string;");
    plant("providers/stripe/p.ts", "export type Row = string;");
    plant("services/alone.ts", "export const nobody = 1;");
    expect(layeringProblems(source).filter((problem) => !problem.includes("may not"))).toEqual([
      "services/alone.ts is imported by nobody",
      "Told is the name of two things: domain/a.ts, domain/b.ts",
    ]);
  });

  test("finds an import cycle, and takes imports of types for none", () => {
    plant("domain/a.ts", 'import { b } from "./b.ts";');
    plant("domain/b.ts", 'import { c } from "./c.ts";\nimport type { D } from "./d.ts";');
    plant("domain/c.ts", 'import { a } from "./a.ts";');
    plant("domain/d.ts", 'import type { B } from "./b.ts";');
    expect(importProblems()).toEqual(["import cycle: domain/a.ts → domain/b.ts → domain/c.ts → domain/a.ts"]);
  });

  test("reads every form of import", () => {
    const text = [
      'import one from "one";',
      'import * as two from "two";',
      'import type { Three } from "three";',
      'import { type Four, four } from "four";',
      'import "five";',
      'export { six } from "six";',
      'export type * from "seven";',
      'const eight = await import("eight");',
      'import nine, {\n  type Nine,\n} from "nine";',
      'export const notAnImport = "ten";',
    ].join("\n");
    expect(importsOf(text).map(({ specifier }) => specifier)).toEqual([
      "one",
      "two",
      "three",
      "four",
      "five",
      "six",
      "seven",
      "eight",
      "nine",
    ]);
    expect(
      importsOf(text)
        .filter(({ typeOnly }) => typeOnly)
        .map(({ specifier }) => specifier),
    ).toEqual(["three", "seven"]);
  });
});
