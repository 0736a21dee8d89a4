import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { createTallyhook, type Tallyhook } from "../../src/library.ts";
import { answered, secret, seed, signed } from "./running.ts";

let tallyhook: Tallyhook;
let server: Server | undefined;
beforeEach(async () => {
  tallyhook = await createTallyhook({ databaseUrl: "sqlite::memory:", paddle: { webhookSecrets: secret } });
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await tallyhook.close();
});

async function post(listener: RequestListener, path: string, headers = {}) {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  return answered<{ outcome?: string; code?: string; detail?: string }>(
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      body: seed,
      headers: { "content-type": "application/json", ...signed(seed), ...headers },
    }),
  );
}

test("the handler is a server by itself", async () => {
  expect((await post(tallyhook.webhooks, "/any/where/paddle?x=1")).body.outcome).toBe("applied");
});

test("it can be mounted in an Express app", async () => {
  const app = express();
  app.use("/webhooks", tallyhook.webhooks);
  expect((await post(app, "/webhooks/paddle")).body.outcome).toBe("applied");
});

test("it can be mounted behind a parser that keeps the bytes", async () => {
  const app = express();
  app.use(express.raw({ type: "*/*" }));
  app.use("/webhooks", tallyhook.webhooks);
  expect((await post(app, "/webhooks/paddle")).body.outcome).toBe("applied");
});

test("raw bytes that a framework put beside the parsed body are used", async () => {
  const app = express();
  app.use(
    express.json({
      verify: (request, _response, bytes) => {
        Object.assign(request, { rawBody: bytes });
      },
    }),
  );
  app.use("/webhooks", tallyhook.webhooks);
  expect((await post(app, "/webhooks/paddle")).body.outcome).toBe("applied");
});

test.each([
  ["an object", express.json()],
  ["a text", express.text({ type: "*/*" })],
])("behind a parser that left only %s it says where to mount it", async (_, parser) => {
  const app = express();
  app.use(parser);
  app.use("/webhooks", tallyhook.webhooks);
  const answer = await post(app, "/webhooks/paddle");
  expect(answer).toMatchObject({ status: 503, body: { code: "body_already_parsed" } });
  expect(answer.body.detail).toContain("above app.use(express.json())");
  expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
});

test("a parser that found nothing to parse is no hindrance", async () => {
  const app = express();
  app.use((request, _response, next) => {
    request.body = {};
    next();
  });
  app.use("/webhooks", tallyhook.webhooks);
  expect((await post(app, "/webhooks/paddle")).body.outcome).toBe("applied");
});

test("what is not its own is passed on", async () => {
  const app = express();
  app.use("/webhooks", tallyhook.webhooks);
  app.use((_request, response) => {
    response.json({ outcome: "passed on" });
  });
  expect((await post(app, "/webhooks/github")).body.outcome).toBe("passed on");
});
