/**
 * An Express app whose customers prepay at Paddle and pay for what they use.
 *
 *     PADDLE_WEBHOOK_SECRET=pdl_ntfset_… node docs/examples/express-app.ts
 *
 * Who asks is told by a header here; your app knows it from its session.
 */
import type { AddressInfo } from "node:net";
import express from "express";
import { createTallyhook } from "tallyhook";

const tallyhook = await createTallyhook({
  databaseUrl: process.env.DATABASE_URL ?? "sqlite:./data/example.db",
  paddle: { webhookSecrets: process.env.PADDLE_WEBHOOK_SECRET },
  policy: {
    meters: [
      { key: "questions", prices: { USD: "2.5" } },
      { key: "tokens", prices: { USD: "0.0381" } },
    ],
  },
});

const app = express();
app.use("/webhooks", tallyhook.webhooks); // before any body parser: signatures are over bytes
app.use(express.json());

const walletOf = (request: express.Request) =>
  tallyhook.wallet({ owner: request.get("x-customer") ?? "nobody", currency: "USD" });

// What it costs is known beforehand: ask, serve, debit. The id makes a repeated request free.
app.post("/questions/:id", async (request, response) => {
  const wallet = walletOf(request);
  const { enough, shortfall } = await wallet.enoughBalance({ meter: "questions", quantity: 1 });
  if (!enough) return void response.status(402).json({ missing: String(shortfall) });
  const paid = await wallet.use({ id: `question_${request.params.id}`, meter: "questions", quantity: 1 });
  response.json({ answer: "42", paid: String(paid.covered), balance: String(paid.balance) });
});

// What it costs is known only afterwards: hold the most it can be, serve, settle what it was.
app.post("/essays", async (request, response) => {
  const hold = await walletOf(request).hold({ meter: "tokens", quantity: 4000, expiresIn: 60 });
  if (hold.kind !== "held") return void response.status(402).json(hold);
  try {
    const essay = await write(request.body.about);
    const paid = await hold.settle({ quantity: essay.tokens });
    response.json({ text: essay.text, paid: String(paid.covered), balance: String(paid.balance) });
  } catch (error) {
    await hold.release();
    throw error;
  }
});

async function write(about: unknown): Promise<{ text: string; tokens: number }> {
  if (typeof about !== "string") throw new Error("An essay needs a subject.");
  return { text: `There is much to be said about ${about}.`, tokens: 1187 };
}

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

process.once("SIGTERM", () => {
  server.close(() => void tallyhook.close());
  server.closeIdleConnections();
});
