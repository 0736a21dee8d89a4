import type { Kysely } from "kysely";
import type { Action, ActionName, ActorKind } from "../../../domain/action.ts";
import { type Page, type PageRequest, pageAt, positionIn, type TimeWindow } from "../../engine/read/page.ts";
import type { Database } from "../../schema.ts";
import { actionNoun } from "../nouns/action.ts";

/** The window is over our clock. */
export interface ActionFilter extends TimeWindow {
  readonly actor?: string | undefined;
  readonly kind?: ActorKind | undefined;
  readonly action?: ActionName | undefined;
  readonly subject?: string | undefined;
  /** The id of the request it was done by. */
  readonly request?: string | undefined;
}

/** Who decided what, newest first. */
export async function listActions(
  db: Kysely<Database>,
  { actor, kind, action, subject, request, from, to }: ActionFilter,
  page: PageRequest,
): Promise<Page<Action>> {
  const at = await positionIn(db, "actions", page);
  let query = db.selectFrom("actions").selectAll().where("no", at.compare, at.no);
  if (actor !== undefined) query = query.where("name", "=", actor);
  if (kind !== undefined) query = query.where("kind", "=", kind);
  if (action !== undefined) query = query.where("action", "=", action);
  if (subject !== undefined) query = query.where("subject", "=", subject);
  if (request !== undefined) query = query.where("request_id", "=", request);
  if (from !== undefined) query = query.where("at", ">=", from);
  if (to !== undefined) query = query.where("at", "<", to);
  const rows = await query
    .orderBy("no", at.order)
    .limit(page.limit + 1)
    .execute();
  return pageAt(
    rows.map((row) => actionNoun.nounOf(row)),
    page,
    ({ id }) => id,
  );
}
