import { nodeVersionProblem } from "../../src/node-version.ts";

/**
 * Brings up the PostgreSQL that the tests share, or takes the one that `TEST_DATABASE_URL` names. Its URL reaches the test
 * files in `TEST_POSTGRES`. A database of each engine is migrated once, to be copied.
 */
export default async function setUp(): Promise<void> {
  const problem = nodeVersionProblem();
  if (problem !== undefined) throw new Error(problem);
  const { sharePostgres } = await import("./postgres.ts");
  await sharePostgres({ durable: false });
  const { makeTemplates } = await import("./templates.ts");
  await makeTemplates();
}
