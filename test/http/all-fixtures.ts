import { globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import { filledTemplate } from "../support/templates.ts";
import { type Running, signed, startTallyhook } from "./running.ts";

const stripeSecret = "whsec_of-all-fixtures";
const policy = {
  meters: [{ key: "calls", prices: { USD: "1.5" } }],
  on_uncovered_reversal: "recover",
  low_balance: { USD: "100" },
};

export interface WithAllFixtures extends Running {
  readonly databaseUrl: string;
}

/** A server that has received every recorded body of both providers, and what an app and a person with odd names did. */
export async function withAllFixtures(engine: Engine): Promise<WithAllFixtures> {
  const databaseUrl = await engine.copyOf(await filledTemplate(engine.name, "all_fixtures", fill));
  return { databaseUrl, ...(await started(databaseUrl)) };
}

const started = (databaseUrl: string): Promise<Running> =>
  startTallyhook(databaseUrl, {
    STRIPE_WEBHOOK_SECRET: stripeSecret,
    POLICY_FILE: policyFile(),
    TOKEN_SECRET: "of-all-fixtures-and-of-32-characters",
  });

async function fill(databaseUrl: string): Promise<void> {
  const running = await started(databaseUrl);
  for (const provider of ["paddle", "stripe"] as const)
    for (const path of globSync(`fixtures/${provider}/**/*.json`, { cwd: projectRoot }).sort())
      if (!path.endsWith(".expected.json")) await deliver(running, provider, path);
  await spend(running);
  await running.close();
}

/** One meter, `calls`, and take-backs that are owed. */
export function policyFile(): string {
  const file = join(mkdtempSync(join(tmpdir(), "tallyhook-policy-")), "policy.json");
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

async function deliver({ url }: Running, provider: "paddle" | "stripe", path: string): Promise<void> {
  const body = readFileSync(join(projectRoot, path));
  const headers =
    provider === "paddle" ? signed(body) : signed(body, { by: stripeSecret, provider: "stripe" });
  const response = await fetch(`${url}/webhooks/${provider}`, { method: "POST", body, headers });
  await response.arrayBuffer();
}

/** Of an owner whose names would be formulas. */
async function spend(running: Running): Promise<void> {
  const { body: wallet } = await running.write("/v1/wallets", { owner: "=1+1", currency: "USD" });
  const grant = { amount: "1000", kind: "promo", reason: 'say "hello",\r\n=2+2' };
  await running.write(`/v1/wallets/${wallet.id}/grants`, grant, { idempotencyKey: "grant" });
  const payer = { owner: "=1+1", meter: "calls", quantity: 3, currency: "USD" };
  const events = ["@a", "+49", "-b", "-5", "late"].map((id) => ({ id, ...payer }));
  await running.write("/v1/usage", { events });
  await running.write("/v1/usage/late/reverse", { reason: "\t=3" });
}
