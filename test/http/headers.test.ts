import { type IncomingMessage, request } from "node:http";
import { answered, keys, type Running, seed, startTallyhook } from "./running.ts";

let running: Running;
beforeAll(async () => {
  running = await startTallyhook("sqlite::memory:");
  await running.post(seed);
});
afterAll(() => running.close());

describe("every answer", () => {
  test.each([
    ["GET", "/v1/charges", 200],
    ["GET", "/v1/exports/charges.csv", 200],
    ["GET", "/v1/exports/journal.hledger", 200],
    ["HEAD", "/v1/charges", 200],
    ["GET", "/v1/charges?colour=red", 400],
    ["GET", "/v1/charges/none", 404],
    ["GET", "/v1/nothing", 404],
    ["DELETE", "/v1/charges", 405],
    ["POST", "/v1/holds", 400],
    ["GET", "/v1/%ff", 404],
    ["GET", "/v1/charges/%ff", 400],
    ["GET", "/healthz", 200],
    ["GET", "/readyz", 200],
    ["GET", "/metrics", 200],
    ["GET", "/docs", 200],
    ["GET", "/openapi.json", 200],
    ["GET", "/webhooks/paddle", 405],
    ["POST", "/webhooks/paddle", 400],
    ["POST", "/webhooks/nobody", 404],
    ["OPTIONS", "*", 404],
  ])("%s %s is %d, kept by nobody and of the type that it says", async (method, path, status) => {
    const answer = await asked(method, path);
    expect([
      answer.statusCode,
      answer.headers["cache-control"],
      answer.headers["x-content-type-options"],
    ]).toEqual([status, "no-store", "nosniff"]);
  });

  test("an acknowledged delivery and a refused key have them too", async () => {
    for (const answer of [
      await running.post(seed),
      await answered(fetch(`${running.url}/v1/charges`, { headers: { authorization: "Bearer wrong" } })),
    ])
      expect([answer.headers.get("cache-control"), answer.headers.get("x-content-type-options")]).toEqual([
        "no-store",
        "nosniff",
      ]);
  });
});

describe("a request for a whole URL, as proxies send it", () => {
  test("is one for its path", async () => {
    expect((await asked("GET", "http://elsewhere.test/v1/charges?limit=1")).statusCode).toBe(200);
    expect((await asked("GET", "HTTPS://elsewhere.test/healthz")).statusCode).toBe(200);
    expect((await asked("GET", "http://elsewhere.test/v1/charges?colour=red")).statusCode).toBe(400);
    expect((await asked("POST", "http://elsewhere.test/webhooks/paddle")).statusCode).toBe(400);
    expect((await asked("GET", "http://elsewhere.test")).statusCode).toBe(404);
  });

  test.each([
    "http://elsewhere.test:99999999/v1/charges",
    "http://elsewhere.test:port/healthz",
    "http://[::1/v1/charges?limit=1",
    "http://elsewhere.test:99999999/webhooks/paddle",
    "http:///v1/charges",
    "ftp://elsewhere.test/v1/charges",
  ])("%s cannot be read", async (target) => {
    const answer = await asked("GET", target);
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([400, "application/problem+json"]);
  });

  test.each(["//elsewhere.test:99999999/v1/charges", "/v1//:99999999/charges", "/v1/charges?//:99999999"])(
    "%s is a path like any other",
    async (target) => {
      expect([400, 404]).toContain((await asked("GET", target)).statusCode);
      expect(running.errors).toEqual([]);
    },
  );
});

function asked(method: string, path: string): Promise<IncomingMessage> {
  const { port } = new URL(running.url);
  return new Promise((resolve, reject) => {
    request(
      { port, method, path, agent: false, headers: { authorization: `Bearer ${keys.finance}` } },
      (answer) => {
        answer.resume().on("end", () => resolve(answer));
      },
    )
      .on("error", reject)
      .end();
  });
}
