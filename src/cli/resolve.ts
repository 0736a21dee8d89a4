import { type PersonsResolution, personsResolutions } from "../domain/books.ts";
import type { DiscrepancyId } from "../domain/ids.ts";
import type { Resolved } from "../domain/reconciling/resolve.ts";
import { type ResolvedOne, resolve, whyNotResolved } from "../services/reconciling/resolve-discrepancy.ts";
import type { Stale } from "../services/spending/previews.ts";
import {
  byOption,
  command,
  exitCode,
  jsonOption,
  personOf,
  readConfiguration,
  readText,
  UsageError,
} from "./kit/command.ts";
import { money, print, printJson } from "./kit/output.ts";
import { withServices } from "./kit/with-services.ts";

export const resolveCommand = command({
  description:
    "Settles a discrepancy by a person's word, for as long as both sides stay as they are. What is written_off is posted to " +
    "expenses:differences, what is posted to --account.",
  arguments: [{ takes: "<discrepancy>", says: "its id, dis_…" }],
  options: {
    as: { type: "string", takes: "HOW", says: "what was decided", choices: personsResolutions },
    reason: { type: "string", says: "why" },
    by: byOption,
    amount: {
      type: "string",
      takes: "N",
      says: "how much of the difference, in minor units; all of it without",
    },
    account: { type: "string", takes: "A", says: "of what is posted: the other account" },
    json: jsonOption,
  },
  async run(values, [id, ...others]) {
    if (id === undefined || others.length > 0) throw new UsageError("Name one discrepancy.");
    const resolution = readResolution(values.as);
    const { amount, account } = values;
    if (resolution !== "written_off" && resolution !== "posted" && (amount ?? account) !== undefined)
      throw new UsageError("--amount and --account are only for what is written_off or posted.");
    const request = {
      id: id as DiscrepancyId,
      resolution,
      reason: readText("--reason", values.reason),
      by: personOf(values.by),
      amount: readAmount(amount),
      account: account ?? null,
    };
    const result = await withServices(readConfiguration(), (services) => resolve(services, request), {
      by: request.by,
    });
    if (values.json) printJson(documentOf(result));
    else print(result.kind === "resolved" ? settled(result) : whyNotResolved(result, largestOf(result)));
    return result.kind === "resolved" ? exitCode.right : exitCode.wrong;
  },
});

function readResolution(text: string | undefined): PersonsResolution {
  const resolution = personsResolutions.find((name) => name === text);
  if (resolution !== undefined) return resolution;
  throw new UsageError(`--as must be one of ${personsResolutions.join(", ")}.`);
}

function readAmount(text: string | undefined): bigint | null {
  if (text === undefined) return null;
  if (/^[1-9]\d{0,18}$/.test(text)) return BigInt(text);
  throw new UsageError("--amount must be a whole number of minor units, more than 0.");
}

function documentOf(result: Resolved | Stale) {
  switch (result.kind) {
    case "resolved":
      return { result: "resolved", id: result.discrepancy.id, entry_id: result.entryId };
    case "amount_invalid": {
      const { currency, amount } = result.largest;
      return { result: result.kind, largest: { currency, amount: amount.toString() } };
    }
    default:
      return { ...result, kind: undefined, result: result.kind };
  }
}

const settled = ({ entryId }: ResolvedOne): string =>
  entryId === null ? "Resolved." : `Resolved, and posted as ${entryId}.`;

const largestOf = (result: Resolved | Stale): string =>
  result.kind === "amount_invalid" ? money(result.largest.amount.toString(), result.largest.currency) : "";
