import type { Config } from "../config.ts";
import { type AuditReport, audit } from "../services/audit/audit.ts";
import { undecidable } from "../services/audit/audit-rows.ts";
import { readPolicies } from "../services/policies.ts";
import { type Inspection, inspect } from "../tallyhook.ts";
import { type Command, exitCode, readArguments, readConfiguration, refuseArguments } from "./command.ts";
import { print, printJson, table } from "./output.ts";

export const auditCommand: Command = {
  usage: "[--json]",
  summary: "Derives every balance, decision and target anew, and says what differs. Changes nothing.",
  async run(argv) {
    const { values, positionals } = readArguments(argv, { json: { type: "boolean" } });
    refuseArguments(positionals);
    const config = readConfiguration();
    const report = await inspect(config, (services) => auditAsItIs(services, config));
    if (values.json) printJson(report);
    else print(describeAudit(report));
    return exitCodeOf(report);
  },
};

/** An audit changes nothing: it neither migrates nor numbers a policy. Books of an older form are not what it can read. */
async function auditAsItIs(services: Inspection, { policy }: Config): Promise<AuditReport> {
  const pending = await services.store.pendingMigrations();
  if (pending.length > 0) return lacking(pending);
  return audit({ ...services, policies: await readPolicies(services.store, policy) });
}

function lacking(migrations: readonly string[]): AuditReport {
  const detail = `the database lacks ${migrations.join(", ")}; run tallyhook migrate`;
  const problems = [undecidable("migrations", new Error(detail))];
  return { ok: false, complete: false, checked: {}, problems };
}

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
  const derived = counts.length === 0 ? "" : ` Derived anew: ${counts.join(", ")}.`;
  return [`${verdict}${derived}`, ...(problems.length > 0 ? [list] : [])].join("\n");
}

const undecided = "could_not_decide";

/** What is wrong is wrong, also where something else could not be decided. */
export function exitCodeOf({ complete, problems }: AuditReport): number {
  if (problems.some(({ kind }) => kind !== undecided)) return exitCode.wrong;
  return complete ? exitCode.right : exitCode.incomplete;
}
