/**
 * An Express app whose customers prepay at Paddle and pay for what they use.
 *
 *     PADDLE_WEBHOOK_SECRET=pdl_ntfset_… node docs/examples/express-app.ts
 *
 * Who asks is told by a header here; your app knows it from its session.
 */
import type { AddressInfo } from "node:net";
import express from "express";
import { createTallyhook, type Paid } from "tallyhook";

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

/** Ids and keys count in the whole database, among all customers: they contain the customer. */
function asked(request: express.Request, what: string) {
  const customer = request.get("x-customer") ?? "nobody";
  const wallet = tallyhook.wallet({ owner: customer, currency: "USD" });
  return { wallet, id: `${what}:${customer}:${request.params.id}` };
}

// What it costs is known beforehand: ask, serve, debit. Who was served is served again for nothing, also with nothing left.
app.post("/questions/:id", async (request, response) => {
  const { wallet, id } = asked(request, "question");
  let paid: Paid | null = await wallet.usage(id);
  if (paid === null) {
    const { enough, shortfall } = await wallet.enoughBalance({ meter: "questions", quantity: 1 });
    if (!enough) return void response.status(402).json({ missing: String(shortfall) });
    paid = await wallet.use({ id, meter: "questions", quantity: 1 });
  }
  response.json({ answer: "42", ...told(paid) });
});

/** What was served, or is being: who asks again gets the same. An app keeps what was served in a table, for as long as it is asked for. */
const essays = new Map<string, Promise<Served>>();

// What it costs is known only afterwards: hold the most it can be, serve, settle what it was; each once.
app.post("/essays/:id", async (request, response) => {
  const { wallet, id } = asked(request, "essay");
  const serving = essays.get(id) ?? serve(wallet, id, request.body.about);
  essays.set(id, serving);
  try {
    response.json(await serving);
  } catch (error) {
    essays.delete(id);
    if (!(error instanceof NotPaid)) throw error;
    response.status(402).json(error.why);
  }
});

async function serve(wallet: Wallet, id: string, about: unknown): Promise<Served> {
  // By the same key the same hold, if this process ended in between.
  const hold = await wallet.hold({ meter: "tokens", quantity: 4000, expiresIn: 60, idempotencyKey: id });
  if (hold.kind !== "held" || hold.status === "expired") throw new NotPaid(hold);
  try {
    const { text, tokens } = await write(about);
    return { text, ...told(await hold.settle({ quantity: tokens })) };
  } catch (error) {
    // Nothing was used; what is settled is not released.
    await hold.release().catch(() => {});
    throw error;
  }
}

class NotPaid extends Error {
  readonly why: object;
  constructor(why: object) {
    super("It is not paid for.");
    this.why = why;
  }
}

/** A request that came beside another may find less than `enoughBalance` said: what is not there nobody pays. */
const told = ({ covered, uncovered, balance }: Paid) => ({
  covered: String(covered),
  uncovered: String(uncovered),
  balance: String(balance),
});

type Served = ReturnType<typeof told> & { readonly text: string };
type Wallet = ReturnType<typeof tallyhook.wallet>;

async function write(about: unknown) {
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
