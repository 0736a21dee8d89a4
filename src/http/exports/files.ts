import { type ExportName, type ExportWindow, exportRows } from "../../services/export/export-rows.ts";
import type { ClockName } from "../../services/read/page.ts";
import type { Services } from "../../services/services.ts";
import { csvOf } from "./table.ts";
import { tables } from "./tables.ts";

export const csv = "text/csv";

interface WindowedCsv {
  readonly summary: string;
  /** That a window can be on, the first unless another is asked for. */
  readonly clocks: readonly [ClockName, ...ClockName[]];
}

/** The files that are rows of a window. */
export const windowedFiles: Readonly<Record<Exclude<ExportName, "uncovered">, WindowedCsv>> = {
  charges: {
    summary: "Charges, by when they settled or last changed their status",
    clocks: ["effective"],
  },
  movements: { summary: "Refunds, disputes and credits, by when they happened", clocks: ["effective"] },
  entries: { summary: "The journal, a line for each posting", clocks: ["effective", "posted"] },
  wallets: {
    summary:
      "Wallets as they are; with from or to, those that changed in that window, as they were booked at its end",
    clocks: ["effective", "posted"],
  },
  discrepancies: { summary: "Discrepancies, by when they last changed", clocks: ["posted"] },
  usage: {
    summary: "Usage, by when it occurred (as far as the app said so) or was applied",
    clocks: ["effective", "posted"],
  },
};

export function csvText<Name extends ExportName>(
  services: Services,
  name: Name,
  window: ExportWindow,
): AsyncGenerator<string> {
  return csvOf(tables[name], exportRows(services, name, window));
}
