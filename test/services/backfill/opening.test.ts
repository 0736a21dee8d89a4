import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatInstant } from "../../../src/domain/time.ts";
import { openingBalanceBody } from "../../../src/providers/stripe/transfers.ts";
import { backfill } from "../../../src/services/backfill/backfill.ts";
import { receiveTelling } from "../../../src/services/inbox/receive.ts";
import { readAccounts } from "../../../src/services/ledger/read-ledger.ts";
import { serveStandIn } from "../../../src/simulator/stand-in/server.ts";
import { buildWorld } from "../../../src/simulator/world.ts";
import { startTallyhook } from "../../http/running.ts";
import { impatient } from "../../providers/asked.ts";
import { engines } from "../../support/engines.ts";

const world = buildWorld({ customers: 6, months: 3, seed: "opening", providers: ["stripe"] });
const half = 46n * 24n * 3_600_000_000_000n;
const keys = { paddle: "pdl_key", stripe: "sk_test_key" };
const now = world.endsAt + half;

describe.each(engines)("a world that is joined halfway, on $name", ({ freshDatabaseUrl }) => {
  test("has the balance that the whole world leads to, though what came before is booked as one sum", async () => {
    const standIn = await serveStandIn(world, { port: 0, keys, misbehaviour: {}, seed: "s", now });
    const policy = join(mkdtempSync(join(tmpdir(), "tallyhook-")), "policy.json");
    writeFileSync(policy, JSON.stringify({ books_start_at: formatInstant(world.endsAt - half) }));
    const environment = { STRIPE_API_KEY: keys.stripe, STRIPE_API_URL: standIn.url, POLICY_FILE: policy };
    const server = await startTallyhook(
      await freshDatabaseUrl(),
      { STRIPE_WEBHOOK_SECRET: "whsec_of-the-tests", ...environment },
      { patience: impatient, clock: { now: () => now } },
    );
    try {
      // A summary that tells of one currency alone is no reason to leave the others out.
      await receiveTelling(server.tallyhook.services, {
        provider: "stripe",
        account: "default",
        body: openingBalanceBody({
          at: world.endsAt - half,
          currency: "EUR",
          amount: 1n,
          evidence: "stated",
        }),
        origin: "import",
        receivedAt: now,
        unlessKnown: true,
      });
      const ask = () => backfill(server.tallyhook.services, { providers: ["stripe"], window: null });
      const [report] = await ask();
      expect(report?.kinds.find(({ kind }) => kind === "opening")?.counts.new).toBeGreaterThan(0);
      const owed = world.stripe.rows.reduce((sum, { gross, fee }) => sum + gross - fee, 0n);
      const { rows } = await readAccounts(
        server.tallyhook.services,
        { prefix: "assets:provider:stripe:default:balance" },
        { limit: 50, after: null },
      );
      expect(rows.map(({ currency, amount }) => [currency, amount])).toEqual([
        ["EUR", 1n],
        ["USD", owed],
      ]);
      expect((await ask())[0]?.kinds.some(({ kind }) => kind === "opening")).toBe(false);
      expect((await server.get("/v1/audit")).body).toMatchObject({ ok: true, complete: true });
    } finally {
      await server.close();
      await standIn.close();
    }
  });
});
