/**
 * `npm run mutate-bodies`: ten thousand random changes of recorded bodies, signed and posted to a server on each engine.
 * None may be answered with a 5xx or end as `failed`, and the audit must hold. `-- --count N --seed S --engine sqlite` for
 * another run.
 */
import { parseArgs } from "node:util";
import { engines, removeFreshDatabases } from "../support/engines.ts";
import { sharePostgres, stopSharedPostgres } from "../support/postgres.ts";
import { postMutated } from "./post-mutated.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    engine: { type: "string", multiple: true, default: ["sqlite", "postgres"] },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
await sharePostgres({ durable: false });
try {
  for (const engine of engines.filter(({ name }) => values.engine.includes(name))) {
    const { outcomes, wrong, audit } = await postMutated(await engine.emptyDatabaseUrl(), { seed, count });
    console.log(
      JSON.stringify({
        engine: engine.name,
        seed,
        count,
        outcomes,
        wrong: wrong.length,
        audit: audit.problems.length,
      }),
    );
    for (const one of wrong.slice(0, 20)) console.log(JSON.stringify(one));
    for (const problem of audit.problems.slice(0, 50)) console.log(JSON.stringify(problem));
    if (wrong.length > 0 || !audit.ok) process.exitCode = 1;
  }
} finally {
  await removeFreshDatabases();
  await stopSharedPostgres();
}
