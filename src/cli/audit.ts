import type { Config } from "../config.ts";
import { type AuditReport, audit } from "../services/audit/audit.ts";
import { undecidable } from "../services/audit/audit-rows.ts";
import { readPolicies } from "../services/charges/policies.ts";
import { type Inspection, inspect } from "../tallyhook.ts";
import { command, exitCode, jsonOption, readConfiguration } from "./kit/command.ts";
import { print, printJson, table } from "./kit/output.ts";
import { type Say, whileWorking } from "./kit/sign-of-life.ts";

export const auditCommand = command({
  description:
    "Derives every balance, decision and target anew from the raw events, and says what differs. Changes nothing. Ends with 1 " +
    "if the books do not agree, with 2 if that could not be decided.",
  options: { json: jsonOption },
  async run({ json }) {
    const config = readConfiguration();
    const report = await whileWorking("Deriving everything anew", (say) =>
      inspect(config, (services) => auditAsItIs(services, config, say)),
    );
    if (json) printJson(report);
    else print(describeAudit(report));
    return exitCodeOf(report);
  },
});

/** An audit changes nothing: it neither migrates nor numbers a policy. Books of an older form are not what it can read. */
async function auditAsItIs(services: Inspection, { policy }: Config, say: Say): Promise<AuditReport> {
  const pending = await services.store.pendingMigrations();
  if (pending.length > 0) return lacking(pending);
  return audit({ ...services, policies: await readPolicies(services.store, policy) }, { observe: say });
}

function lacking(migrations: readonly string[]): AuditReport {
  const detail = `the database lacks ${migrations.join(", ")}; run tallyhook migrate`;
  const problems = [undecidable("migrations", new Error(detail))];
  return { ok: false, complete: false, checked: {}, problems };
}

/** The verdict, how much of what there is was checked, and every problem. */
export function describeAudit({ ok, complete, checked, problems }: AuditReport): string {
  const counts = Object.entries(checked).flatMap(([name, count]) => (count === 0 ? [] : `${count} ${name}`));
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
