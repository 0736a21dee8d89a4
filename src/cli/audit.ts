import { type AuditReport, audit } from "../services/audit/audit.ts";
import { compose } from "../tallyhook.ts";
import { type Command, exitCode, readArguments, readConfiguration, refuseArguments } from "./command.ts";
import { print, printJson, quietLog, table } from "./output.ts";

export const auditCommand: Command = {
  usage: "[--json]",
  summary: "Derives every balance, decision and target anew, and says what differs.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, { json: { type: "boolean" } });
    refuseArguments(positionals);
    const tallyhook = await compose(readConfiguration(), { log: quietLog() });
    try {
      const report = await audit(tallyhook.services);
      if (values.json) printJson(report);
      else print(describeAudit(report));
      return exitCodeOf(report);
    } finally {
      await tallyhook.close();
    }
  },
};

/** The verdict, what was checked, and every problem. */
export function describeAudit({ ok, complete, checked, problems }: AuditReport): string {
  const counts = Object.entries(checked).map(([name, count]) => `${count} ${name}`);
  const verdict = ok
    ? "Everything agrees."
    : complete
      ? "The books do not agree."
      : "It could not be decided whether the books agree.";
  const list = table(
    ["problem", "of", "detail"],
    problems.map(({ kind, subject, detail }) => [kind, subject, detail]),
  );
  return [`${verdict} Derived anew: ${counts.join(", ")}.`, ...(problems.length > 0 ? [list] : [])].join(
    "\n",
  );
}

const undecided = "could_not_decide";

/** What is wrong is wrong, also where something else could not be decided. */
export function exitCodeOf({ complete, problems }: AuditReport): number {
  if (problems.some(({ kind }) => kind !== undecided)) return exitCode.wrong;
  return complete ? exitCode.right : exitCode.incomplete;
}
