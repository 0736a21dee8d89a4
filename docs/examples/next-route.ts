/**
 * A route handler of Next.js (written for 15 and 16, App Router): `app/api/webhooks/[provider]/route.ts`. The last segment of the
 * path names the provider, so one file takes both.
 */
import { createTallyhook, type Tallyhook } from "tallyhook";

export const runtime = "nodejs";

// One for the process, also where a development server loads this file again.
const shared = globalThis as { tallyhook?: Promise<Tallyhook> };

export function tallyhook(): Promise<Tallyhook> {
  shared.tallyhook ??= createTallyhook({
    databaseUrl: process.env.DATABASE_URL ?? "sqlite:./data/example.db",
    paddle: { webhookSecrets: process.env.PADDLE_WEBHOOK_SECRET },
    policy: { meters: [{ key: "questions", prices: { USD: "2.5" } }] },
  });
  return shared.tallyhook;
}

export async function POST(request: Request): Promise<Response> {
  return (await tallyhook()).handleWebhook(request);
}
