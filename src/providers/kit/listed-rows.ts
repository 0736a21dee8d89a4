import type { OwnProvider } from "../../domain/ids.ts";
import { isDeeperThan, isRecord } from "./json.ts";
import { SourceError } from "./source-error.ts";

export type ListedObjectRow = Readonly<Record<string, unknown>>;

/** Recorded bodies reach 9 levels; what is nested deeper than this is parked anyway. */
const deepest = 100;

/**
 * The rows of a listed page, none of which has lost a digit: an integer beyond 2^53 is another one after JSON.parse.
 * @throws SourceError
 */
export function rowsOf(
  data: unknown,
  list: { readonly provider: OwnProvider; readonly name: string },
): ListedObjectRow[] {
  const { provider, name } = list;
  if (!Array.isArray(data) || !data.every(isRecord))
    throw new SourceError("unreadable", `The list ${name} has no rows.`, { provider });
  for (const row of data) {
    if (isDeeperThan(row, deepest))
      throw new SourceError("unreadable", `A row of ${name} is nested deeper than ${deepest}.`, { provider });
    const path = unsafeNumber(row);
    if (path !== null)
      throw new SourceError("number_unsafe", `${name} ${row.id}: ${path} is an integer beyond 2^53.`, {
        provider,
      });
  }
  return data;
}

/** Where in a value there is an integer that cannot be trusted. */
function unsafeNumber(value: unknown, path = ""): string | null {
  if (typeof value === "number") return Number.isInteger(value) && !Number.isSafeInteger(value) ? path : null;
  if (typeof value !== "object" || value === null) return null;
  for (const [key, part] of Object.entries(value)) {
    const found = unsafeNumber(part, path === "" ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** Refuses a list that does not come to an end: what was on a page before must not begin another one. */
export class SeenPages {
  readonly #first = new Set<string>();

  /** @throws SourceError `page_repeated` */
  see(first: string, { provider, name }: { readonly provider: OwnProvider; readonly name: string }): void {
    if (this.#first.has(first))
      throw new SourceError("page_repeated", `The list ${name} gives the same page again.`, { provider });
    this.#first.add(first);
  }
}
