import type { AuditProblem } from "../../domain/audit.ts";
import { canonical } from "../../domain/canonical.ts";
import { agrees, assertionsOf, type Claim, claimKey } from "../../domain/facts/claims.ts";
import { nameKey } from "../../domain/ids.ts";
import type { AuditedEvent, HeardFact } from "../../store/audit/read/audit.ts";
import { claimNames, claimsNamed, unmadeClaims } from "../../store/audit/read/claims.ts";
import type { Moment, Moments } from "./moments.ts";

const pageSize = 1_000;

export class ClaimAudit {
  /** How many claims the facts that were seen have made. */
  #made = 0n;

  /**
   * Of every object the fact that was heard first made the claim, and against every other one that says something else
   * exactly that claim is kept.
   */
  async events({ read }: Pick<Moment, "read">, audited: readonly AuditedEvent[]): Promise<AuditProblem[]> {
    const told = audited.flatMap(({ event, facts, heard }) =>
      facts.map((fact, index) => ({
        event,
        kept: heard[index] as HeardFact,
        statements: assertionsOf(fact).map((says) => ({ says, name: nameKey(event, claimKey(says)) })),
      })),
    );
    const claims = await claimsNamed(
      read,
      told.flatMap(({ statements }) => statements.map(({ name }) => name)),
    );
    return told.flatMap(({ event, kept, statements }) => {
      const problem = (detail: string): AuditProblem => ({
        kind: "claim_differs",
        subject: event.id,
        detail,
      });
      const against: Record<string, Claim> = {};
      const made = new Set<string>();
      const found = statements.flatMap(({ says, name }) => {
        const stored = claims.get(name);
        if (stored !== undefined && !agrees(says, stored.claim)) against[claimKey(says)] = stored.claim;
        if (stored?.heard === kept.heard) made.add(name);
        return stored !== undefined && stored.heard <= kept.heard
          ? []
          : [problem(`of ${says.ref}, nothing is kept as heard before`)];
      });
      this.#made += BigInt(made.size);
      return canonical(against) === canonical(kept.contested)
        ? found
        : [...found, problem("other claims stand against what it says than are kept")];
    });
  }

  /** Claims that nothing made: counted, after the events, and looked for only where there are more than facts have made. */
  async unmade(moments: Moments): Promise<AuditProblem[]> {
    let count = 0n;
    for (let after = ""; ; ) {
      const names = await claimNames((await moments.current()).read, after, pageSize);
      const last = names.at(-1);
      if (last === undefined) break;
      count += BigInt(names.length);
      after = last;
    }
    if (count === this.#made) return [];
    const detail = "no fact made this claim";
    const { read } = await moments.current();
    return (await unmadeClaims(read)).map((subject) => ({ kind: "claim_differs", subject, detail }));
  }
}
