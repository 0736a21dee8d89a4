import { sql } from "kysely";
import { backKinds, outKinds } from "../../../domain/wallet/wallet-steps.ts";

const list = (kinds: readonly string[]) => sql.join(kinds.map((kind) => sql.lit(kind)));

/** The kinds of lines by which charges take value back and give it back, as a list in SQL. */
export const taking = list(outKinds);
export const returning = list(backKinds);
