/**
 * What `webhook_peer_postgres` is held against: Supabase's stripe-sync-engine behind an Express server. It verifies an event and
 * upserts its object into one row; it keeps no event, no ledger and no wallets.
 */
import { createRequire } from "node:module";
import express from "express";
import pg from "pg";

// As a module it does not find its own migrations.
const { runMigrations, StripeSync } = createRequire(import.meta.url)("@supabase/stripe-sync-engine");

const { DATABASE_URL: databaseUrl, STRIPE_WEBHOOK_SECRET: stripeWebhookSecret } = process.env;
// Its migrations give what they make to this role.
const pool = new pg.Pool({ connectionString: databaseUrl });
await pool.query("create role postgres").catch(() => {});
await pool.end();
// It swallows what goes wrong, and only logs it.
const logger = { info: () => {}, error: console.error };
await runMigrations({ databaseUrl, schema: "stripe", logger });
const sync = new StripeSync({
  poolConfig: { connectionString: databaseUrl, max: 16 },
  stripeSecretKey: "sk_test_not_used",
  stripeWebhookSecret,
  // Both would ask Stripe.
  backfillRelatedEntities: false,
  autoExpandLists: false,
});

const app = express();
app.post("/webhooks/stripe", express.raw({ type: "*/*", limit: "2mb" }), async (request, response) => {
  await sync.processWebhook(request.body, request.headers["stripe-signature"]);
  response.json({ outcome: "applied" });
});

const server = app.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
