import type { IncomingMessage } from "node:http";
import { WrongKeys } from "../../src/http/kit/api-keys.ts";
import { networkOf, TrustedProxies } from "../../src/http/kit/client-address.ts";

import { requestLog, silent } from "../../src/services/kit/log.ts";
import { type Answer, answered, keys, type Running, startTallyhook } from "./running.ts";

describe("wrong API keys", () => {
  let running: Running;
  const warnings: object[] = [];
  beforeAll(async () => {
    running = await startTallyhook(
      "sqlite::memory:",
      { TRUST_PROXY: "127.0.0.1, ::1" },
      { logger: { ...silent, warn: (_, message) => warnings.push({ message }) } },
    );
  });
  afterAll(() => running.close());

  const asking = (key: string, from: string): Promise<Answer> =>
    answered(
      fetch(`${running.url}/v1/charges`, {
        headers: { authorization: `Bearer ${key}`, "x-forwarded-for": from },
      }),
    );
  const many = async (from: string) => {
    const answers = [];
    for (let attempt = 0; attempt < 60; attempt += 1)
      answers.push(await asking(`wrong-key-${attempt}`, from));
    return answers;
  };

  test("are limited by address, and a right one is not refused for its neighbour's sake", async () => {
    const answers = await many("192.0.2.7");
    expect(answers[0]).toMatchObject({ status: 401, body: { code: "unauthenticated" } });
    expect(answers.at(-1)).toMatchObject({ status: 429, body: { code: "rate_limited" } });
    expect(answers.at(-1)?.headers.get("retry-after")).toMatch(/^[123]$/);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(30);
    expect((await asking(keys.read, "192.0.2.7")).status).toBe(200);
    expect((await asking("wrong-key-of-another", "192.0.2.8")).status).toBe(401);
  });

  test("of one IPv6 network of 64 bits are of one address", async () => {
    await many("2001:db8:0:1::1");
    expect((await asking("wrong-key-1", "2001:db8::1:ffff:0:0:9")).status).toBe(429);
    expect((await asking("wrong-key-1", "2001:db8:0:2::1")).status).toBe(401);
  });

  test("are counted, and have one line in the log", async () => {
    await many("192.0.2.9");
    const { body } = await running.get<string>("/metrics");
    const count = (code: string) =>
      Number(new RegExp(`tallyhook_wrong_api_keys_total\\{code="${code}"\\} (\\d+)`).exec(body)?.[1]);
    expect(count("unauthenticated")).toBeGreaterThanOrEqual(60);
    expect(count("rate_limited")).toBeGreaterThan(100);
    expect(warnings).toEqual([{ message: "A wrong API key was refused." }]);
  });

  test("a request without a key is no wrong key", async () => {
    for (let attempt = 0; attempt < 60; attempt += 1)
      expect(
        (await fetch(`${running.url}/v1/charges`, { headers: { "x-forwarded-for": "192.0.2.10" } })).status,
      ).toBe(401);
    expect((await asking("wrong-key-1", "192.0.2.10")).status).toBe(401);
  });
});

test("after some time wrong keys are told again that they are wrong", () => {
  let now = 0;
  const wrong = new WrongKeys(requestLog(silent), {
    proxies: new TrustedProxies(),
    observe: () => {},
    now: () => now,
  });
  const request = { socket: { remoteAddress: "192.0.2.1" }, headers: {} } as IncomingMessage;
  const codes = (attempts: number) => Array.from({ length: attempts }, () => wrong.refuse(request).code);
  expect(new Set(codes(20))).toEqual(new Set(["unauthenticated"]));
  expect(codes(1)).toEqual(["rate_limited"]);
  now += 3_000;
  expect(codes(2)).toEqual(["unauthenticated", "rate_limited"]);
  now += 3_600_000;
  expect(codes(21)).toEqual([...Array(20).fill("unauthenticated"), "rate_limited"]);
});

test.each([
  ["10.0.0.1", undefined, "10.0.0.1"],
  ["203.0.113.5", "198.51.100.1", "203.0.113.5"],
  ["10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"],
  ["10.0.0.1", "198.51.100.1, 10.9.9.9", "198.51.100.1"],
  ["::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["fd00::5", "[2001:db8::1]:443, 10.0.0.2", "2001:db8::1"],
  ["10.0.0.1", "198.51.100.1:9999", "198.51.100.1"],
  ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["10.0.0.1", "198.51.100.1, unknown", "10.0.0.1"],
  ["10.0.0.1", "", "10.0.0.1"],
  ["172.16.0.1", "198.51.100.1", "172.16.0.1"],
])("a request by %s for %j came from %s", (remoteAddress, forwarded, client) => {
  const proxies = new TrustedProxies();
  for (const item of ["10.0.0.0/8", "fd00::/8", "192.0.2.1"]) expect(proxies.add(item)).toBeUndefined();
  const request = { socket: { remoteAddress }, headers: { "x-forwarded-for": forwarded } };
  expect(proxies.clientOf(request as unknown as IncomingMessage)).toBe(client);
});

test.each(["", "10.0.0.0/33", "fd00::/129", "10.0.0", "proxy.test", "10.0.0.1/8/9", "10.0.0.1/", "*"])(
  "%j is no proxy",
  (text) => {
    expect(new TrustedProxies().add(text)).toMatch(/^is no address/);
  },
);

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:0db8:0000:0001:ffff::1", "2001:db8:0:1::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["1::3:4:5:6:7:8", "1:0:3:4::/64"],
  ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("%s is of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
