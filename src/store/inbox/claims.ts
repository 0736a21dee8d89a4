import type { Books } from "../../domain/books.ts";
import type { Claim, Noun } from "../../domain/facts/claims.ts";
import { ascending, insertRows, type Session, selectByKeys } from "../engine/statements.ts";
import type { Loaded } from "../loaded.ts";
import type { ClaimRow } from "../schema.ts";
import type { HeardFacts } from "./facts.ts";

const selectClaims = selectByKeys<string, ClaimRow>(({ trx }, names) =>
  trx.selectFrom("claims").selectAll().where("name", "in", names),
);

/** What was heard first of these objects. A claim is never changed, so none is locked. */
export async function loadClaims(
  session: Session,
  { books }: Loaded,
  names: readonly string[],
): Promise<void> {
  const rows = names.length === 0 ? [] : await selectClaims(session, names);
  books.load({ claims: rows.map((row) => [row.name, claimOf(row)] as const) });
}

export const claimOf = ({ ref, noun, of_ref: of }: ClaimRow): Claim => ({ ref, noun: noun as Noun, of });

const insertClaims = insertRows("claims");

/** The key refuses a second claim to one name: whoever made it at the same time reads again, and finds the first. */
export async function saveClaims(session: Session, books: Books, heard: HeardFacts): Promise<void> {
  const rows = [...books.newClaims].map(([name, { claim, fact }]) => ({
    name,
    ref: claim.ref,
    noun: claim.noun,
    of_ref: claim.of,
    heard: heard.get(fact) as bigint,
  }));
  await insertClaims(
    session,
    rows.sort((a, b) => ascending(a.name, b.name)),
  );
}
