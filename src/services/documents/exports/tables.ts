import { chargeNoun } from "../../../store/charges/nouns/charge.ts";
import { movementNoun } from "../../../store/charges/nouns/movement.ts";
import type { Schema } from "../../../store/described/field.ts";
import { entryNoun, postingNoun } from "../../../store/ledger/nouns/entry.ts";
import { discrepancyNoun } from "../../../store/reconciling/nouns/discrepancy.ts";
import { usageNoun } from "../../../store/wallets/nouns/spending.ts";
import { walletNoun } from "../../../store/wallets/nouns/wallet.ts";
import type { Exported, ExportName } from "../../export/export-rows.ts";
import { resolutionAnswer } from "../discrepancy.ts";
import { uncoveredAnswer } from "../uncovered.ts";
import { walletAtJson } from "../wallet.ts";
import { type FileTable, tableOf, tableOfLines, tableOfTold } from "./table.ts";

const { postings: _, ...ofEntry } = entryNoun.schema.properties as Readonly<Record<string, Schema>>;
const entryLine = { properties: { ...ofEntry, ...(postingNoun.schema.properties as object) } };

/** The columns of each file: the names that the API's JSON has, as its description gives them. */
export const tables: { readonly [Name in ExportName]: FileTable<Exported[Name]> } = {
  charges: tableOfTold(chargeNoun, (charge) => charge),
  movements: tableOfTold(movementNoun, (movement) => movement),
  // A line for each posting: a sum over `amount` is zero per currency.
  entries: tableOfLines({ schema: entryLine }, (entry) => {
    const { postings, ...of } = entryNoun.toJson(entry);
    return (postings as object[]).map((posting) => ({ ...of, ...posting }));
  }),
  wallets: tableOf(walletNoun, (wallet) =>
    "pending" in wallet ? walletNoun.toJson(wallet) : walletAtJson(wallet),
  ),
  discrepancies: tableOfTold(discrepancyNoun, (discrepancy, now) => ({ discrepancy, now })),
  resolutions: tableOfTold(resolutionAnswer, (resolution) => resolution),
  usage: tableOfTold(usageNoun, (usage) => usage),
  uncovered: tableOfTold(uncoveredAnswer, (uncovered) => uncovered),
};
