import type { AddressInfo } from "node:net";
import { Paddle } from "@paddle/paddle-node-sdk";
import express from "express";
import { benchSecret } from "../signed-events.ts";

/** What the webhook benchmarks are held against: Express and Paddle's SDK, which verify and answer, and store nothing. */
const app = express();
const { webhooks } = new Paddle("not used: nothing is fetched");
app.post("/webhooks/paddle", express.raw({ type: "*/*", limit: "2mb" }), async (request, response) => {
  const signature = request.header("paddle-signature") ?? "";
  const event = await webhooks.unmarshal(request.body.toString(), benchSecret, signature);
  response.json({ event_id: event.eventId, outcome: "applied", reason: null });
});

const server = app.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
