import type { z } from "zod";
import { formatInstant, type Instant } from "../../domain/time.ts";
import { csvOf, type FileTable, unitsQuery } from "../../services/documents/exports/tables.ts";
import { overSnapshot } from "../../services/export/export-rows.ts";
import type { TimedRequest } from "../../store/engine/read/page.ts";
import { type DownloadDescription, type DownloadPage, download, type PageContext } from "./page.ts";

interface ListFile<Shape extends z.ZodRawShape, Row>
  extends Pick<DownloadDescription<Shape>, "roles" | "periodBy" | "query"> {
  /** Of a list that is at the same path without its ending. */
  readonly name: `${string}.csv`;
  readonly table: FileTable<Row>;
  /** A part of the list, by its filters. */
  read(
    context: PageContext<Shape>,
    db: PageContext["services"]["store"]["read"],
    page: TimedRequest,
  ): Promise<{ readonly rows: readonly Row[]; readonly next: string | null }>;
}

const rowsAtOnce = 200;

/** All rows of a list's filter, in the columns that the API's file has; for people in whole currency, unless they ask otherwise. */
export function listFile<Shape extends z.ZodRawShape, Row>({
  name,
  table,
  read,
  query,
  ...described
}: ListFile<Shape, Row>): DownloadPage {
  return download({
    ...described,
    path: `/${name}`,
    query: { ...query, ...unitsQuery },
    read: async (context) => {
      const { units = "major" } = context.query as { units?: "major" | "minor" };
      const asked = context as unknown as PageContext<Shape>;
      const pages = overSnapshot(context.services, async function* ({ read: db }) {
        for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
          const found = await read(asked, db, { limit: rowsAtOnce, after, before: null });
          yield found.rows;
          after = found.next;
        }
      });
      return {
        name: downloadName(name, context),
        mediaType: "text/csv",
        pieces: csvOf(table, pages, { now: context.asOf.at, units }),
      };
    },
  });
}

/** With its period, its moment, or else the moment that it is of: two files of one list do not become one. */
function downloadName(
  name: string,
  { period, query, asOf }: Pick<PageContext, "period" | "query" | "asOf">,
): string {
  const at = (query as { readonly at?: Instant }).at;
  const span =
    at === undefined && period.name !== "all time"
      ? period.name
      : `${at === undefined ? "as of" : "at"} ${formatInstant(at ?? asOf.at)}`;
  return name.replace(/\.csv$/, `-${span.replaceAll(":", "").replaceAll(" ", "-")}.csv`);
}

interface LinksProps {
  readonly context: Pick<PageContext, "here">;
  /** The path of the list. */
  readonly list: string;
}

/** The list as a file, in its own filters. */
export function FileLinks({ context, list }: LinksProps) {
  const [, asked = ""] = context.here({ after: null, before: null, units: null }).split(/\?(.*)/s, 2);
  const [base = ""] = context.here({}).split("?");
  const to = (units: string) => {
    const query = new URLSearchParams(asked);
    query.set("units", units);
    return `${base.slice(0, base.length - list.length)}${list}.csv?${query}`;
  };
  return (
    <p class="links">
      <a href={to("major")}>Download CSV of this list</a>
      <a href={to("minor")}>the same in smallest units</a>
    </p>
  );
}
