import { nodeVersionProblem } from "../../src/node-version.ts";

/**
 * Brings up the PostgreSQL that the tests share, or takes the one that `TEST_DATABASE_URL` names. Its URL reaches the test
 * files in `TALLYHOOK_TEST_POSTGRES`.
 */
export default async function setUp(): Promise<void> {
  const problem = nodeVersionProblem();
  if (problem !== undefined) throw new Error(problem);
  const { sharePostgres } = await import("./postgres.ts");
  await sharePostgres();
}
