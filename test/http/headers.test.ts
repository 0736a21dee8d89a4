import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
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

describe("what is no usual HTTP", () => {
  const webhook = "POST /webhooks/paddle HTTP/1.1\r\nhost: x\r\n";
  const chunked = "transfer-encoding: chunked\r\n\r\n";
  const long = `x: ${"y".repeat(1_000)}\r\n`.repeat(20);

  test.each([
    ["no HTTP at all", "hello\r\n\r\n", "400", "request_invalid"],
    ["a header without a name", "GET /healthz HTTP/1.1\r\nhost: x\r\n: x\r\n\r\n", "400", "request_invalid"],
    ["two lengths", `${webhook}content-length: 1\r\ncontent-length: 2\r\n\r\nab`, "400", "request_invalid"],
    ["a length and chunks", `${webhook}content-length: 1\r\n${chunked}0\r\n\r\n`, "400", "request_invalid"],
    ["a chunk of no length", `${webhook}${chunked}x\r\n`, "400", "request_invalid"],
    ["headers without end", `GET /healthz HTTP/1.1\r\nhost: x\r\n${long}`, "431", "headers_too_large"],
    ["trailers without end", `${webhook}${chunked}1\r\na\r\n0\r\n${long}`, "431", "headers_too_large"],
  ])("%s is answered with a problem", async (_, request, status, code) => {
    const answer = await heard(request);
    expect(answer.split(" ")[1]).toBe(status);
    for (const part of [
      `"code":"${code}"`,
      "application/problem+json",
      "nosniff",
      "no-store",
      "request-id: req_",
    ])
      expect(answer).toContain(part);
  });

  test("a body that its sender ends too early is answered so, and does no harm", async () => {
    const answer = await heard(`${webhook}content-length: 100\r\n\r\n{`, { hangUp: true });
    expect(answer).toMatch(/^HTTP\/1.1 400 .*request_invalid/s);
    expect(running.errors).toEqual([]);
  });

  test("trailers, and what a client expects, change nothing", async () => {
    const head = `${webhook}connection: close\r\n`;
    const body = `${chunked}2\r\n{}\r\n0\r\nx-trailer: 1\r\n\r\n`;
    expect(await heard(head + body)).toContain("signature_missing");
    const continued = await heard(`${head}expect: 100-continue\r\n${body}`);
    expect(continued).toMatch(/^HTTP\/1.1 100 Continue.*signature_missing/s);
    expect(await heard(`${head}expect: the-moon\r\n${body}`)).toMatch(/^HTTP\/1.1 400 .*signature_missing/s);
  });

  test("requests that are sent before answers were read are answered in order, up to a number", async () => {
    const ask = (path: string, more = "") => `GET ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`;
    const few = await heard(ask("/healthz").repeat(19) + ask("/healthz", "connection: close\r\n"));
    expect(few.match(/HTTP\/1.1 200 OK/g)).toHaveLength(20);
    for (const count of [50, 200, 5_000]) {
      const many = await heard(ask("/readyz").repeat(count));
      const statuses = many.match(/(?<=HTTP\/1.1 )\d+/g) ?? [];
      expect([count, statuses]).toEqual([count, [...Array(32).fill("200"), "503"]]);
      expect(many).toMatch(/"code":"connection_overused"/);
    }
    const flood = await heard(ask("/readyz").repeat(100_000));
    expect((flood.match(/HTTP\/1.1/g) ?? []).length).toBeLessThan(50);
    expect((await asked("GET", "/healthz")).statusCode).toBe(200);
  });
});

/** All that is answered to what is sent by hand, until the server ends the connection. */
function heard(request: string, { hangUp = false } = {}): Promise<string> {
  const socket = connect(Number(new URL(running.url).port), "127.0.0.1");
  return new Promise((resolve) => {
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {}).on("close", () => resolve(answer));
    if (hangUp) socket.end(request);
    else socket.write(request);
  });
}

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
