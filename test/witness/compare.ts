/** What a record holds: the name of a file, and what stands in it. */
export type Witnessed = ReadonlyMap<string, string>;

/** A file that is not what was recorded, and how it begins to differ. */
export interface Difference {
  readonly file: string;
  readonly lines: readonly string[];
}

export const openApiFile = "openapi.json";

/**
 * Byte for byte; the API's description may only have gained something. A file that was not recorded is no difference: what is
 * new cannot have changed.
 */
export function differences(recorded: Witnessed, now: Witnessed): Difference[] {
  return [...recorded].flatMap(([file, before]) => {
    const after = now.get(file);
    if (after === undefined) return [{ file, lines: ["It is not made any more."] }];
    const lines = file.endsWith(openApiFile) ? lost(before, after) : firstDifferent(before, after);
    return lines.length === 0 ? [] : [{ file, lines }];
  });
}

const shownLines = 3;
/** Of a line, so much around the place from which it differs. */
const shownWidth = 160;

/** From the first line that differs on, both sides. */
function firstDifferent(before: string, after: string): string[] {
  if (before === after) return [];
  const [was, is] = [before.split("\n"), after.split("\n")];
  const first = was.findIndex((line, index) => line !== is[index]);
  // All that was is still there, and more follows.
  const from = first < 0 ? was.length : first;
  return Array.from({ length: shownLines }, (_, index) => from + index)
    .filter((index) => was[index] !== is[index])
    .flatMap((index) => {
      const at = differsAt(was[index] ?? "", is[index] ?? "");
      return [`${index + 1} - ${shown(was[index], at)}`, `${index + 1} + ${shown(is[index], at)}`];
    });
}

function differsAt(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function shown(line: string | undefined, at: number): string {
  if (line === undefined) return "(no such line)";
  const from = Math.max(0, at - shownWidth / 2);
  const part = line.slice(from, from + shownWidth);
  return `${from > 0 ? "…" : ""}${part}${from + shownWidth < line.length ? "…" : ""}`;
}

/** What of a JSON document is gone or changed: every value is where it was; of a list, in the same order. */
export function lost(before: string, after: string): string[] {
  return [...losses(JSON.parse(before), JSON.parse(after), "")];
}

function* losses(was: unknown, is: unknown, path: string): Generator<string> {
  if (Array.isArray(was) && Array.isArray(is)) {
    let next = 0;
    for (const [index, one] of was.entries()) {
      const found = is.findIndex((other, place) => place >= next && isKept(one, other));
      if (found < 0) yield `${path}/${index} is gone: ${brief(one)}`;
      else next = found + 1;
    }
  } else if (isObject(was) && isObject(is)) {
    for (const [name, value] of Object.entries(was)) {
      const place = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (name in is) yield* losses(value, is[name], place);
      else yield `${place} is gone: ${brief(value)}`;
    }
  } else if (was !== is) yield `${path} was ${brief(was)}, and is ${brief(is)}`;
}

const isKept = (was: unknown, is: unknown): boolean => losses(was, is, "").next().done === true;
const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const brief = (value: unknown): string => shown(JSON.stringify(value), 0);
