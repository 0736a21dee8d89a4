import { exportJournal } from "../../services/export/hledger/journal.ts";
import type { Services } from "../../services/services.ts";
import { type Operation, streaming } from "../operation.ts";
import { month, oneOf, timeWindow } from "../query.ts";
import { csv, csvText, windowedFiles } from "./files.ts";

export function exportOperations(services: Services): Operation[] {
  const names = Object.keys(windowedFiles) as (keyof typeof windowedFiles)[];
  return [
    ...names.map((name) => windowed(services, name)),
    streaming(
      "/exports/journal.hledger",
      {
        roles: ["read"],
        summary:
          "The ledger for hledger, in integer minor units, by our clock: declarations, a transaction for each entry, and what each account holds at the end",
        query: timeWindow,
        file: { name: "journal.hledger", mediaType: "text/plain" },
      },
      ({ query }) => exportJournal(services, query),
    ),
    streaming(
      "/exports/uncovered.csv",
      {
        roles: ["read"],
        summary: "What no value paid for in a month of our clock, in UTC, by owner, kind and meter",
        query: { month },
        file: { name: "uncovered.csv", mediaType: csv },
      },
      ({ query }) => csvText(services, "uncovered", query.month),
    ),
  ];
}

function windowed(services: Services, name: keyof typeof windowedFiles): Operation {
  const { summary, clocks } = windowedFiles[name];
  return streaming(
    `/exports/${name}.csv`,
    {
      roles: ["read"],
      summary,
      query: { ...timeWindow, clock: oneOf(clocks) },
      file: { name: `${name}.csv`, mediaType: csv },
    },
    ({ query }) => csvText(services, name, query),
  );
}
