import type { AddressInfo } from "node:net";
import express from "express";

/** What enough-balance over HTTP is held against: a route that answers a constant, and asks nobody. */
const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/v1/enough-balance", (_request, response) => {
  response.json({ enough: true, available: "1000", cost: "46", shortfall: "0", wallet_id: "wal_1", seq: 1 });
});

const server = app.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
