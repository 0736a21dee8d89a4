import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { stripeSource } from "../../../src/providers/stripe/source.ts";
import { impatient, lookedUp, said } from "../asked.ts";

const charge = {
  id: "ch_1",
  object: "charge",
  amount: 1999,
  created: 1_790_000_000,
  currency: "usd",
  payment_intent: null,
  status: "succeeded",
};

let server: Server;
const versions: unknown[] = [];
beforeAll(async () => {
  server = createServer(({ headers }, response) => {
    const version = headers["stripe-version"];
    versions.push(version);
    const isOld = String(version) < "2025-03-31";
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isOld ? { ...charge, invoice: "in_1" } : charge));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => server.close());

test("a charge that no intent names is looked up as it was when it named its invoice", async () => {
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = stripeSource({ apiKey: "sk_test", apiUrl, patience: impatient }, () => 0n);
  const found = await lookedUp(source, ["ch_1"]);
  expect(found.map(said)).toMatchObject([
    { type: "charge.updated", api_version: "2025-02-24.acacia", data: { object: { invoice: "in_1" } } },
  ]);
  expect(versions).toEqual([expect.stringMatching(/^2026-/), "2025-02-24.acacia"]);
});
