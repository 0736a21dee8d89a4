import type { EventId, StatementId } from "../domain/ids.ts";
import { type Dismissal, type Marked, markEvent, markStatement } from "../services/inbox/dismiss.ts";
import {
  byOption,
  command,
  exitCode,
  jsonOption,
  readConfiguration,
  readText,
  UsageError,
} from "./kit/command.ts";
import { print, printJson } from "./kit/output.ts";
import { withServices } from "./kit/with-services.ts";

export const dismissCommand = command({
  description:
    "Says of an event that is parked or failed, or of a report that was refused or broke off, that nothing is to be done about it: " +
    "doctor, the overview and comparing are quiet about it then. Nothing is booked, and what can be applied later is.",
  arguments: [{ takes: "<event|report>", says: "its id: stm_… is a report, everything else an event" }],
  options: {
    reason: { type: "string", takes: "TEXT", says: "why; the trail has it" },
    undo: { type: "boolean", says: "take it back" },
    by: byOption,
    json: jsonOption,
  },
  async run({ reason, undo, by, json }, [id, ...others]) {
    if (id === undefined || others.length > 0) throw new UsageError("Name one event or one report.");
    const word = wordOf(undo, reason);
    const marked = await withServices(
      readConfiguration(),
      async (services): Promise<Marked<unknown>> =>
        id.startsWith("stm_")
          ? markStatement(services, id as StatementId, word)
          : markEvent(services, id as EventId, word),
      { by },
    );
    if (json) printJson(documentOf(id, word, marked));
    else print(describe(word, marked));
    return marked.kind === "marked" ? exitCode.right : exitCode.wrong;
  },
});

function wordOf(isUndone: boolean, reason: string | undefined): Dismissal {
  if (isUndone) return { kind: "undismiss", reason: reason?.trim() || null };
  return { kind: "dismiss", reason: readText("--reason", reason) };
}

function documentOf(id: string, { kind }: Dismissal, marked: Marked<unknown>) {
  if (marked.kind === "marked") return { result: kind === "dismiss" ? "dismissed" : "undismissed", id };
  return { result: marked.kind, id, ...(marked.kind === "unknown" ? {} : { is: marked.is }) };
}

function describe({ kind }: Dismissal, marked: Marked<unknown>): string {
  switch (marked.kind) {
    case "marked":
      return kind === "dismiss" ? "Dismissed." : "It is open again.";
    case "unknown":
      return "There is no event and no report of this id.";
    case "not_dismissible":
      return `Nothing is to be done about it: it is ${marked.is}.`;
    default:
      return marked satisfies never;
  }
}
