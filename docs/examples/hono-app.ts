/**
 * A Hono app (written for 4). `app` is what `new Hono()` gives; it is handed over so that a test can hand over another.
 */
import type { Tallyhook } from "tallyhook";

interface Context {
  readonly req: { readonly raw: Request; param(name: string): string };
  json(body: unknown, status?: number): Response;
}

interface Hono {
  post(path: string, handle: (context: Context) => Promise<Response>): unknown;
}

export function routes(app: Hono, tallyhook: Tallyhook): void {
  app.post("/webhooks/:provider", (context) => tallyhook.handleWebhook(context.req.raw));

  app.post("/questions/:id", async (context) => {
    const owner = context.req.raw.headers.get("x-customer") ?? "nobody";
    const wallet = tallyhook.wallet({ owner, currency: "USD" });
    const id = `${owner}:${context.req.param("id")}`; // ids count in the whole database, among all customers
    const before = await wallet.usage(id);
    if (before !== null) return context.json(before); // a repeat: what it was paid
    const asked = await wallet.enoughBalance("questions");
    if (!asked.enough) return context.json(asked, 402);
    return context.json(await wallet.use({ id, meter: "questions", quantity: 1 }));
  });
}
