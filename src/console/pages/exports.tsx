import type { z } from "zod";
import { formatInstant } from "../../domain/time.ts";
import { type ExportedFile, exportedFiles } from "../../services/documents/exports/files.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import { Filters } from "../kit/lists.tsx";
import { type DownloadPage, download, type PageContext, page } from "../kit/page.ts";
import { Table } from "../kit/parts.tsx";
import { clockWords, during } from "../kit/period.ts";

export const exportsPage = page({
  path: "/exports",
  title: "Exports",
  periodBy: "effective",
  query: {},
  read: async () => null,
  render: (_, context) => {
    const [action = ""] = context.here({}).split("?");
    return (
      <>
        <h1>Exports</h1>
        <p>
          Every file there is, {during("of", context.period)}. Each is read from one moment of the database,
          and has all rows there are.
        </p>
        <Filters context={context}>{null}</Filters>
        <form method="get" action={action} class="filters">
          <label>
            One month
            <input type="month" name="month" value={monthName(context)} placeholder="2026-10" />
          </label>
          <button type="submit">Show</button>
        </form>
        <Table
          caption="What can be had as a file"
          columns={[
            { head: "File" },
            { head: "What it has" },
            { head: "By which clock" },
            { head: "Of which time" },
            { head: "In which units" },
          ]}
          rows={exportedFiles.map((file) => ({
            key: file.name,
            cells: [
              <FileLink key="file" file={file} context={context} />,
              file.summary,
              clocksIn(file)
                .map((clock) => clockWords[clock])
                .join(", or ") || "the one that its contents say",
              windowOf(file),
              "units" in file.query ? (
                <>
                  whole currency; <FileLink file={file} context={context} units="minor" />
                </>
              ) : (
                "smallest units"
              ),
            ],
          }))}
        />
      </>
    );
  },
});

const monthName = ({ period: { month, name } }: PageContext): string => (month === null ? "" : name);

/** The first is meant unless another is asked for. */
function clocksIn({ query }: ExportedFile): readonly ClockName[] {
  const clock = query.clock as z.ZodOptional<z.ZodEnum<Record<ClockName, ClockName>>> | undefined;
  return clock === undefined ? [] : (clock.unwrap().options as ClockName[]);
}

function windowOf({ query }: ExportedFile): string {
  if ("month" in query) return "one month of a zone";
  return "at" in query ? "a moment, or now" : "from one moment to before another, or all of it";
}

/** With the page's own period, as far as the file takes one. */
function FileLink({
  file,
  context,
  units,
}: {
  readonly file: ExportedFile;
  readonly context: PageContext;
  readonly units?: "minor";
}) {
  const { period, zone, clock } = context;
  const { query, name } = file;
  const text = units === undefined ? name : "in smallest units";
  const isWindowNeeded = "wallet_id" in query && (period.from === undefined || period.to === undefined);
  if (isWindowNeeded || ("month" in query && period.month === null))
    return <>{units === undefined ? `${name}: name a month first` : ""}</>;
  const at = (moment: bigint | undefined) => (moment === undefined ? null : formatInstant(moment));
  const asked = {
    ...("month" in query ? { month: period.name, zone } : {}),
    ...("from" in query ? { from: at(period.from), to: at(period.to) } : {}),
    ...("at" in query ? { at: at(period.to === undefined ? undefined : period.to - 1n) } : {}),
    ...(clocksIn(file).includes(clock) ? { clock } : {}),
    ...(units === undefined ? {} : { units }),
  };
  return <a href={context.to(`/exports/${name}`, asked)}>{text}</a>;
}

/** For people in whole currency, unless they ask otherwise. */
export const exportFiles: readonly DownloadPage[] = exportedFiles.map((file) =>
  download({
    path: `/exports/${file.name}`,
    query: file.query,
    read: async ({ services, query }) => ({
      name: file.name,
      mediaType: file.mediaType,
      pieces: file.pieces(services, "units" in file.query ? { units: "major", ...query } : query),
    }),
  }),
);
