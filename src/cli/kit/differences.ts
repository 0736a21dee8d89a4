/** One place where two documents differ. */
export interface Difference {
  /** `charges[0].topped_up` */
  readonly path: string;
  /** As JSON; `absent` where only the other has it. */
  readonly expected: string;
  readonly actual: string;
}

/** Every place where two JSON documents differ, in the order of the expected one. */
export function differences(expected: unknown, actual: unknown, path = ""): Difference[] {
  if (isParts(expected) && isParts(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) =>
      differences(expected[key], actual[key], Array.isArray(expected) ? `${path}[${key}]` : `${path}.${key}`),
    );
  }
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  return [{ path: path.replace(/^\./, ""), expected: text(expected), actual: text(actual) }];
}

export function describeDifference({ path, expected, actual }: Difference): string {
  return `    ${path}\n      expected ${expected}\n      got      ${actual}`;
}

function isParts(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const text = (value: unknown): string => JSON.stringify(value) ?? "absent";
