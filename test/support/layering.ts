/**
 * The layers of src/ and the way imports may go: domain ← providers ← services, domain ← store ← services, services ← http,
 * console, cli. biome.json says the same to editors; this is the judge, because it follows every path to its file.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";

interface Layer {
  /** Files and folders of src/ it may import besides itself. */
  imports: string[];
  /** Packages it may import; `node:` names all of Node's, a name in `except` none of them. */
  packages: { only: string[] } | { except: string[] };
}

const sdks = ["stripe", "@paddle/paddle-node-sdk"];
const databases = ["kysely", "pg", "better-sqlite3"];
const web = ["express", "preact", "preact-render-to-string"];
const folders = ["domain", "providers", "store", "services", "http", "console", "cli"];

/** What of the store may be read from above the use cases. */
const readable = ["store/*/read", "store/*/nouns", "store/described"];

/** Providers' bodies and signatures, as `tallyhook/testing`, the simulator and the histories of tests write them. */
const bodies = ["testing/paddle", "testing/stripe", "testing/signing.ts", "testing/written.ts"];

const layers: Record<string, Layer> = {
  "domain/ids.ts": { imports: ["domain"], packages: { only: ["node:crypto"] } },
  domain: { imports: [], packages: { only: [] } },
  providers: { imports: ["domain"], packages: { only: ["zod", "node:crypto", ...sdks] } },
  store: { imports: ["domain"], packages: { only: ["node:", ...databases] } },
  services: {
    imports: ["domain", "providers", "store"],
    packages: { except: [...sdks, ...databases, ...web] },
  },
  // Reading needs no use case: a store's queries and the nouns they give are open to whoever tells of them; its writers are not.
  http: { imports: ["services", "domain", ...readable], packages: { except: [...sdks, ...databases] } },
  console: {
    imports: ["services", "domain", "http/kit", ...readable],
    packages: { except: [...sdks, ...databases] },
  },
  // The world must not know what it tests: of our own code it shares the words for money, time and names, and no more.
  simulator: {
    imports: ["domain/money.ts", "domain/time.ts", "domain/ids.ts", ...bodies],
    packages: { only: ["node:"] },
  },
  // What an app's tests use: it writes down by itself how providers write and sign, and shares that with the simulator alone.
  testing: {
    imports: [
      "domain/ids.ts",
      "domain/time.ts",
      "domain/nearest-name.ts",
      "library",
      "library.ts",
      "node-version.ts",
    ],
    packages: { only: ["node:"] },
  },
  cli: {
    imports: ["services", "domain", ...readable, "simulator", "tallyhook.ts", "config.ts", "node-version.ts"],
    packages: { except: [...sdks, ...databases] },
  },
  "config.ts": { imports: folders, packages: { except: [...sdks, ...databases, ...web] } },
  "node-version.ts": { imports: ["domain/errors.ts"], packages: { only: [] } },
  "index.ts": {
    imports: ["node-version.ts", "domain/errors.ts", "library.ts", "library", "services", "http"],
    packages: { only: [] },
  },
  "library.ts": {
    imports: ["domain", "services", "http", "library", "config.ts", "tallyhook.ts"],
    packages: { only: [] },
  },
  // What an app is told and may hand over: it asks the use cases, in the words of the API.
  library: {
    imports: ["domain", "services", "http", ...readable, "config.ts", "tallyhook.ts"],
    packages: { only: ["zod", "node:console", "node:http", "node:util", "node:timers"] },
  },
  "tallyhook.ts": { imports: [...folders, "config.ts"], packages: { except: [] } },
};

/** The store's rooms from the ground up: each may use what stands below it. Types may name what is above. */
const storeRooms = [
  ["migrations"],
  ["described", "engine"],
  ["ledger", "outbox", "people", "inbox"],
  ["wallets"],
  ["charges"],
  ["reconciling"],
  ["batch", "audit"],
];

interface Import {
  specifier: string;
  /** Erased by the compiler: it counts for the layers, not for cycles. */
  typeOnly: boolean;
}

const importStatement =
  /\b(?:import|export)\s+(type\s+)?(?:[\w$*{}\s,]+?\sfrom\s*)?"([^"]+)"|\bimport\s*\(\s*"([^"]+)"/g;

/** Every import of the folder that breaks a layer's rule, and every import cycle: one line each, with the file's name. */
export function layeringProblems(source: string): string[] {
  const files = sourceFiles(source);
  const imports = new Map(
    files.map((file) => [file, importsOf(readFileSync(resolve(source, file), "utf8"))]),
  );
  const problems = [...imports].flatMap(([file, list]) =>
    list.flatMap(
      (item) =>
        importProblem(file, item.specifier) ??
        (item.typeOnly ? undefined : roomProblem(file, targetOf(file, item.specifier))) ??
        [],
    ),
  );
  return [...problems, ...cycles(imports), ...unimported(imports), ...namedTwice(source, files)];
}

/** What is begun with, by name or as a thread of its own. */
const beginnings = [
  "index.ts",
  "cli/main.ts",
  "testing/index.ts",
  "cli/kit/replay-thread.ts",
  "console/page-worker.ts",
  "services/audit/audit-worker.ts",
  "store/engine/aside-worker.ts",
  "store/engine/checkpoint-worker.ts",
];

function unimported(imports: Map<string, Import[]>): string[] {
  const imported = new Set(
    [...imports].flatMap(([file, list]) => list.map(({ specifier }) => targetOf(file, specifier))),
  );
  return [...imports.keys()]
    .filter((file) => !imported.has(file) && !beginnings.includes(file))
    .map((file) => `${file} is imported by nobody`);
}

/**
 * Exported types and classes of one name in two files: one of them means something else. The two providers are told in the
 * same words; what an app is handed has the API's names; the simulator and tests' bodies share nothing with the product.
 */
function namedTwice(source: string, files: readonly string[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const file of files.filter((name) => !/^(simulator|testing|library)\//.test(name)))
    for (const [, name = ""] of readFileSync(resolve(source, file), "utf8").matchAll(exportedType))
      places.set(
        name,
        (places.get(name) ?? new Set()).add(file.replace(/^providers\/(paddle|stripe)\//, "")),
      );
  return [...places]
    .filter(([, found]) => found.size > 1)
    .map(([name, found]) => `${name} is the name of two things: ${[...found].join(", ")}`);
}

const exportedType = /^export (?:abstract )?(?:class|interface|type) ([A-Z]\w*)\b(?! *\})/gm;

/** The imports and re-exports of a TypeScript text, comments left out. */
export function importsOf(text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(importStatement)].map(([, type, fixed, dynamic]) => ({
    specifier: fixed ?? dynamic ?? "",
    typeOnly: type !== undefined,
  }));
}

function importProblem(file: string, specifier: string): string | undefined {
  const name = layerOf(file);
  const layer = layers[name];
  if (layer === undefined) return `${file} belongs to no layer: name it in test/support/layering.ts`;
  if (!specifier.startsWith(".")) {
    return allowsPackage(layer, specifier) ? undefined : `${file} may not import the package ${specifier}`;
  }
  const target = targetOf(file, specifier);
  const folder = topOf(target);
  return folder === topOf(file) || layer.imports.some((path) => isWithin(path, target))
    ? undefined
    : `${file} may not import ${target}`;
}

/** Whether a file is a path or beneath it; `*` stands for the name of one folder. */
function isWithin(path: string, file: string): boolean {
  const folders = file.split("/");
  return path.split("/").every((name, index) => name === "*" || name === folders[index]);
}

/** Why a room of the store may not look into another one: it stands below it, or beside it. */
function roomProblem(file: string, target: string): string | undefined {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined || to === undefined || from === to) return undefined;
  return heightOf(from) > heightOf(to) ? undefined : `${file} looks up into ${target}`;
}

const heightOf = (room: string) => storeRooms.findIndex((level) => level.includes(room));
const roomOf = (file: string) => /^store\/([^/.]+)\//.exec(file)?.[1];

function allowsPackage(layer: Layer, specifier: string): boolean {
  const matches = (name: string) =>
    specifier === name || (name === "node:" ? specifier.startsWith(name) : specifier.startsWith(`${name}/`));
  return "only" in layer.packages ? layer.packages.only.some(matches) : !layer.packages.except.some(matches);
}

function cycles(imports: Map<string, Import[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) found.push(`import cycle: ${[...path.slice(start), file].join(" → ")}`);
    if (start >= 0 || done.has(file)) return;
    for (const { specifier, typeOnly } of imports.get(file) ?? []) {
      if (!typeOnly && specifier.startsWith(".")) visit(targetOf(file, specifier), [...path, file]);
    }
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

function layerOf(file: string): string {
  return file in layers ? file : topOf(file);
}

function topOf(file: string): string {
  return file.split("/")[0] ?? file;
}

/** The imported file, as a path from src/ with forward slashes; above src/ it begins with "../". */
function targetOf(file: string, specifier: string): string {
  return toPosix(relative(".", resolve(dirname(file), specifier)));
}

function sourceFiles(source: string): string[] {
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .map(toPosix)
    .filter((file) => /\.tsx?$/.test(file))
    .sort();
}

function toPosix(path: string): string {
  return path.replaceAll(sep, "/");
}
