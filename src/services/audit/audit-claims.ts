import type { Problem } from "../../domain/audit.ts";
import { canonical } from "../../domain/canonical.ts";
import { agrees, type Claim, claimKey, statementsOf } from "../../domain/facts/claims.ts";
import { nameKey } from "../../domain/ids.ts";
import type { AuditedEvent, HeardFact } from "../../store/read/audit.ts";
import { claimsNamed, unmadeClaims } from "../../store/read/audit-claims.ts";
import type { Moment } from "./moments.ts";

/**
 * Of every object the fact that was heard first made the claim, and against every other one that says something else
 * exactly that claim is kept.
 */
export async function auditClaims(
  { read }: Pick<Moment, "read">,
  audited: readonly AuditedEvent[],
): Promise<Problem[]> {
  const told = audited.flatMap(({ event, facts, heard }) =>
    facts.map((fact, index) => ({
      event,
      kept: heard[index] as HeardFact,
      statements: statementsOf(fact).map((says) => ({ says, name: nameKey(event, claimKey(says)) })),
    })),
  );
  const claims = await claimsNamed(
    read,
    told.flatMap(({ statements }) => statements.map(({ name }) => name)),
  );
  return told.flatMap(({ event, kept, statements }) => {
    const problem = (detail: string): Problem => ({ kind: "claim_differs", subject: event.id, detail });
    const against: Record<string, Claim> = {};
    const found = statements.flatMap(({ says, name }) => {
      const stored = claims.get(name);
      if (stored !== undefined && !agrees(says, stored.claim)) against[claimKey(says)] = stored.claim;
      return stored !== undefined && stored.heard <= kept.heard
        ? []
        : [problem(`of ${says.ref}, nothing is kept as heard before`)];
    });
    return canonical(against) === canonical(kept.contested)
      ? found
      : [...found, problem("other claims stand against what it says than are kept")];
  });
}

/** Claims that nothing made. */
export async function auditUnmadeClaims({ read }: Pick<Moment, "read">): Promise<Problem[]> {
  const detail = "no fact made this claim";
  return (await unmadeClaims(read)).map((subject) => ({ kind: "claim_differs", subject, detail }));
}
