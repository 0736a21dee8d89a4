import type { z } from "zod";
import type { Posting } from "../../../domain/book/journal.ts";
import { amount, text } from "../../../store/described/field.ts";
import { schemaOf } from "../../../store/described/noun.ts";
import type { ClockName } from "../../../store/engine/read/page.ts";
import {
  type Exported,
  type ExportName,
  exportAccounts,
  exportRows,
  overSnapshot,
} from "../../export/export-rows.ts";
import { exportJournal } from "../../export/hledger.ts";
import { rollForward } from "../../export/rollforward.ts";
import type { Services } from "../../services.ts";
import { reportUsage, type UsageSum } from "../../spending/usage.ts";
import { accountAnswer, rollForwardLines } from "../ledger.ts";
import {
  text as anyText,
  bothClocks,
  instant,
  monthOf,
  monthQuery,
  oneOf,
  timeWindow,
} from "../parameters.ts";
import { usageAsked, usageReportQuery, usageSumAnswer } from "../usage-report.ts";
import { csvOf, type FileOptions, tableOf, tableOfTold, tables, unitsQuery } from "./tables.ts";

/** A file that finance can have, by the API or by the command line. */
export interface ExportedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly summary: string;
  readonly query: z.ZodRawShape;
  pieces(services: Services, query: unknown): AsyncGenerator<string>;
}

export const rollForwardQuery = { ...monthQuery, currency: anyText, clock: oneOf(bothClocks) };

export const exportedFiles: readonly ExportedFile[] = [
  rows("charges", ["effective"], "Charges, by when they settled or last changed their status"),
  rows("movements", ["effective"], "Refunds, disputes and credits, by when they happened"),
  rows("entries", bothClocks, "The journal, a line for each posting"),
  rows(
    "wallets",
    bothClocks,
    "Wallets as they are; with from or to, those that changed in that window, as they were booked at its end",
  ),
  rows("discrepancies", ["posted"], "Discrepancies, by when they last changed"),
  rows("resolutions", ["posted"], "What people decided of discrepancies, by when, and what they posted"),
  rows("usage", bothClocks, "Usage, by when it occurred (as far as the app said so) or was applied"),
  fileOf({
    name: "trial-balance.csv",
    summary: "What each account holds, now or at a moment, that one included",
    query: { at: instant, clock: oneOf(bothClocks), prefix: anyText, currency: anyText, ...unitsQuery },
    pieces: (services, query) =>
      csvOf(trialBalanceTable, exportAccounts(services, query), optionsOf(services, query)),
  }),
  fileOf({
    name: "uncovered.csv",
    summary: "What no value paid for in a month of our clock, by owner, kind and meter",
    query: { ...monthQuery, ...unitsQuery },
    pieces: (services, query) =>
      csvOf(tables.uncovered, exportRows(services, "uncovered", monthOf(query)), optionsOf(services, query)),
  }),
  fileOf({
    name: "usage-summary.csv",
    summary:
      "What was used, by period, wallet, meter and member; of all owners in a window of at most 400 days",
    query: { ...usageReportQuery, ...unitsQuery },
    pieces: (services, query) =>
      csvOf(
        usageSummary,
        overSnapshot(services, async function* ({ read }) {
          yield await reportUsage(read, usageAsked(query));
        }),
        optionsOf(services, query),
      ),
  }),
  fileOf({
    name: "rollforward.csv",
    summary:
      "A month of wallets and of provider-held credit: what there was, what came and went, what there is; usage counts in the month in which it was told",
    query: { ...rollForwardQuery, ...unitsQuery },
    pieces: rollForwardText,
  }),
  fileOf({
    name: "journal.hledger",
    mediaType: "text/plain",
    summary:
      "The ledger for hledger, in integer minor units, by our clock: declarations, a transaction for each entry, and what each account holds at the end",
    query: timeWindow,
    pieces: exportJournal,
  }),
];

interface Typed<Shape extends z.ZodRawShape>
  extends Pick<ExportedFile, "name" | "summary">,
    Partial<Pick<ExportedFile, "mediaType">> {
  readonly query: Shape;
  pieces(services: Services, query: z.output<z.ZodObject<Shape>>): AsyncGenerator<string>;
}

/** What was checked against its own shape is of its type. */
function fileOf<Shape extends z.ZodRawShape>({ pieces, ...file }: Typed<Shape>): ExportedFile {
  return {
    mediaType: "text/csv",
    ...file,
    pieces: (services, query) => pieces(services, query as z.output<z.ZodObject<Shape>>),
  };
}

/** The rows of a window; the first clock is meant unless another is named. */
function rows<Name extends ExportName>(
  name: Name,
  clocks: readonly [ClockName, ...ClockName[]],
  summary: string,
): ExportedFile {
  return fileOf({
    name: `${name}.csv`,
    summary,
    query: { ...timeWindow, clock: oneOf(clocks), ...unitsQuery },
    pieces: (services, query) =>
      csvOf<Exported[Name]>(tables[name], exportRows(services, name, query), optionsOf(services, query)),
  });
}

async function* rollForwardText(
  services: Services,
  query: z.output<z.ZodObject<typeof rollForwardQuery & typeof unitsQuery>>,
): AsyncGenerator<string> {
  const options = rollForwardOf(query);
  const rolled = rollForwardLines(options, await rollForward(services, options));
  yield* csvOf(rollForwardTable, pageOf(rolled), optionsOf(services, query));
}

const optionsOf = ({ clock }: Services, { units }: Pick<FileOptions, "units">): FileOptions => ({
  now: clock.now(),
  units,
});

/** A month that has passed stays as it was reported on our clock. */
export function rollForwardOf(query: z.output<z.ZodObject<typeof rollForwardQuery>>) {
  return { month: monthOf(query), clock: query.clock ?? "posted", currency: query.currency } as const;
}

const usageSummary = tableOfTold(usageSumAnswer, (sum: UsageSum) => sum);

const rollForwardLine = {
  month: text,
  zone: text,
  of: text,
  clock: text,
  provider: text,
  account: text,
  currency: text,
  line: text,
  amount,
};

const rollForwardTable = tableOf(
  { schema: schemaOf("A line of a roll-forward.", rollForwardLine) },
  (line: ReturnType<typeof rollForwardLines>[number]) => line,
);

const trialBalanceTable = tableOfTold(accountAnswer, (held: Posting) => held);

async function* pageOf<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}
