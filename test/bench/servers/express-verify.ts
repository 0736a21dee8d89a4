import type { AddressInfo } from "node:net";
import express from "express";
import { systemClock } from "../../../src/domain/time.ts";
import { paddle } from "../../../src/providers/paddle/paddle.ts";
import { benchSecret } from "../signed-events.ts";

/** What the webhook benchmarks are held against: Express that verifies, parses and answers, and stores nothing. */
const app = express();
app.post("/webhooks/paddle", express.raw({ type: "*/*", limit: "2mb" }), (request, response) => {
  const verification = paddle.verify(
    { body: request.body, signature: request.header("paddle-signature") },
    { secrets: [{ account: "default", secret: benchSecret }], toleranceSeconds: 300, now: systemClock.now() },
  );
  if (verification.kind === "refused") {
    response.status(400).json(verification);
    return;
  }
  const event: { event_id: string } = JSON.parse(request.body.toString());
  response.json({ event_id: event.event_id, outcome: "applied", reason: null });
});

const server = app.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
