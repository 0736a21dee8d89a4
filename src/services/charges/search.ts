import type { Source } from "../../domain/ids.ts";
import {
  type Found,
  findInReports,
  findNamed,
  findOwn,
  ownPrefixes,
  searchPlaces,
} from "../../store/charges/read/search.ts";
import type { Services } from "../services.ts";

export type { Found, FoundKind, SearchPlace } from "../../store/charges/read/search.ts";

export interface SearchResult {
  /** What was looked for. */
  readonly query: string;
  readonly found: readonly Found[];
  /** Where it was looked for. */
  readonly places: readonly string[];
}

/**
 * What has this id, ours or a provider's, this invoice number, owner or usage id. Nothing is found by a part of it, and
 * customers not by name or e-mail address: those are not kept to be looked for.
 */
export async function search({ store, ...services }: Services, asked: string): Promise<SearchResult> {
  const query = asked.trim();
  if (query === "" || query.includes("\0")) return { query, found: [], places: [] };
  const prefix = ownPrefixes.find((begin) => query.startsWith(begin));
  const [, object = query] = prefix === undefined ? [] : (/^([^.]+)\.\w+$/.exec(query) ?? []);
  const own = prefix === undefined ? [] : await findOwn(store.read, prefix, object);
  const named =
    own.length > 0 && object === query ? [] : await findNamed(store.read, query, accountsOf(services));
  // An entry or a lot is found by what it is of, unless something bears that very name.
  const found = distinct(named.length > 0 ? named : own);
  const [, ofRow] = found.length > 0 ? [] : (rowOf.exec(query) ?? []);
  const places = searchPlaces;
  const ofThat =
    ofRow === undefined ? found : distinct(await findNamed(store.read, ofRow, accountsOf(services)));
  // What nothing here is called may stand in a report all the same: a row that is nobody's, a payout not heard of.
  if (ofThat.length > 0) return { query, found: ofThat, places };
  const stated = await findInReports(store.read, query);
  return stated.length > 0 || ofRow === undefined
    ? { query, found: stated, places }
    : { query, found: await findInReports(store.read, ofRow), places };
}

/** What a compared row is called beyond what it is of: its number in the report, or a customer's currency. */
const rowOf = /^(\S+?)(?:#\d+|:[A-Z]{3})$/;

/** Every account that events may be of. */
export function accountsOf({ providers, sources }: Pick<Services, "providers" | "sources">): Source[] {
  const named = [...providers.values()].flatMap(({ provider, secrets }) =>
    ["default", ...secrets.map(({ account }) => account)].map((account) => ({
      provider: provider.name,
      account,
    })),
  );
  const asked = sources.map(({ source, account }) => ({ provider: source.provider, account }));
  return [...new Map([...named, ...asked].map((one) => [`${one.provider}:${one.account}`, one])).values()];
}

/** What bears the name itself comes before what it is only a part of. */
function distinct(found: readonly Found[]): Found[] {
  const itself = found.filter(({ by }) => by !== "part of it");
  const meant = itself.length > 0 ? itself : found;
  return [...new Map(meant.map((one) => [`${one.kind} ${one.id}`, one])).values()];
}
