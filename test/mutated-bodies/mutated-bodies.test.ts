import { engines } from "../support/engines.ts";
import { postMutated } from "./post-mutated.ts";

// Always the same ones: `npm run mutate-bodies` posts ten thousand others.
test.each(engines)(
  "signed bodies with random mistakes are stored, none fails, and the audit holds on $name",
  async ({ freshDatabaseUrl }) => {
    const { outcomes, wrong, audit } = await postMutated(await freshDatabaseUrl(), { seed: 7, count: 150 });
    expect(wrong).toEqual([]);
    expect(audit).toMatchObject({ ok: true, complete: true, problems: [] });
    expect(Object.keys(outcomes)).toEqual(
      expect.arrayContaining(["applied", "parked", "waiting", "ignored"]),
    );
  },
);
