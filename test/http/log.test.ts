import type { Logger } from "../../src/services/kit/log.ts";
import { engines } from "../support/engines.ts";
import { fixture, type Running, seed, signed, startTallyhook } from "./running.ts";

interface Line {
  readonly level: keyof Logger;
  readonly message: string;
  readonly [field: string]: unknown;
}

class Lines implements Logger {
  readonly written: Line[] = [];
  debug = this.#at("debug");
  info = this.#at("info");
  warn = this.#at("warn");
  error = this.#at("error");

  of(requestId: string | null): Line[] {
    return this.written.filter(({ request_id }) => request_id === requestId);
  }

  #at(level: keyof Logger) {
    return (fields: object, message: string) => void this.written.push({ level, message, ...fields });
  }
}

const idForm = /^req_[0-9a-f-]{36}$/;

describe.each(engines)("the log on $name", ({ name, freshDatabaseUrl }) => {
  let lines: Lines;
  let running: Running;
  beforeEach(async () => {
    lines = new Lines();
    running = await startTallyhook(await freshDatabaseUrl(), {}, { logger: lines });
  });
  afterEach(() => running.close());

  const plain = (level: keyof Logger, message: string) =>
    lines.written.filter((line) => line.level === level && line.message === message);

  test("a delivery is one line, with what became of its event and how long that took", async () => {
    const { headers } = await running.post(seed);
    await running.post(seed);
    await running.post(fixture("paddle/adjustment.created/unknown-action.json"));
    expect(plain("info", "An event was delivered.")).toMatchObject([
      { provider: "paddle", event_id: "evt_abc123", type: "transaction.completed", outcome: "applied" },
      { event_id: "evt_abc123", outcome: "duplicate" },
      { type: "adjustment.created", outcome: "parked", reason: expect.any(String) },
    ]);
    const [first] = lines.of(headers.get("request-id")).filter(({ level }) => level === "info");
    expect(first).toMatchObject({ event_id: "evt_abc123", milliseconds: expect.any(Number) });
    expect(first?.milliseconds).toBeGreaterThan(0);
  });

  test("at debug the stages of a delivery are told, in order and under its id", async () => {
    const { headers } = await running.post(seed);
    const stages = lines.of(headers.get("request-id")).filter(({ level }) => level === "debug");
    expect(stages).toMatchObject([
      { message: "Its signature holds.", account: "default", bytes: seed.length },
      { message: "Its envelope was read.", event_id: "evt_abc123" },
      { message: "It was normalised.", kind: "facts", facts: 1 },
      { message: "It was committed.", outcome: "applied" },
    ]);
    for (const { milliseconds } of stages) expect(milliseconds).toEqual(expect.any(Number));
  });

  test("what is refused is a warning, ten of a kind in a minute", async () => {
    for (let count = 0; count < 25; count += 1) await running.post(seed, {});
    await running.post(seed, signed(seed, { by: "pdl_ntfset_of-somebody-else" }));
    const refused = plain("warn", "A delivery was refused.");
    expect(refused.map(({ code }) => code)).toEqual([
      ...Array(10).fill("signature_missing"),
      "signature_mismatch",
    ]);
    await Promise.all(Array.from({ length: 25 }, () => running.get("/nowhere")));
    expect(plain("warn", "A request was refused.")).toHaveLength(10);
    await Promise.all(Array.from({ length: 25 }, () => running.get("/v1/charges", "no-key-of-this-server")));
    expect(plain("warn", "A wrong API key was refused.")).toHaveLength(1);
    expect(plain("warn", "A request was refused.")).toHaveLength(10);
    expect(lines.written.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("every answer has an id of its own, also those of health, of webhooks and of what is not there", async () => {
    const paths = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/nowhere", "/webhooks/nobody"];
    const routes = ["/v1/charges", "/v1/charges/chg_none", "/v1/wallets?limit=x"];
    const ids: (string | null)[] = [];
    for (const path of [...paths, ...routes]) {
      const id = (await running.get(path)).headers.get("request-id");
      expect(id).toMatch(idForm);
      ids.push(id);
      expect(lines.of(id)).toHaveLength(1);
    }
    expect(new Set(ids).size).toBe(ids.length);
    const told = (path: string) => lines.of(ids[[...paths, ...routes].indexOf(path)] ?? "")[0];
    expect(told("/healthz")).toMatchObject({ level: "debug", route: "/healthz", status: 200 });
    expect(told("/nowhere")).toMatchObject({ level: "warn", code: "not_found", route: null });
    expect(told("/v1/charges")).toMatchObject({ level: "info", route: "/v1/charges", key: "finance-key" });
    expect(told("/v1/charges/chg_none")).toMatchObject({ route: "/v1/charges/:id", code: "not_found" });
    expect(told("/v1/wallets?limit=x")).toMatchObject({ status: 400, code: "limit_invalid" });
  });

  test("whatever is logged while a request is answered has its id, and nothing else has", async () => {
    await running.tallyhook.services.store.close();
    const deliveries = await Promise.all([1, 2, 3].map(() => running.post(seed)));
    const ready = await running.get("/readyz");
    const charges = await running.get("/v1/charges");
    for (const { status, headers } of deliveries) {
      expect(status).toBe(503);
      expect(lines.of(headers.get("request-id")).filter(({ level }) => level === "error")).toMatchObject([
        { message: "An event could not be applied.", event: "paddle:default:evt_abc123" },
        { message: "An event could not be stored.", provider: "paddle" },
      ]);
    }
    expect(lines.of(ready.headers.get("request-id"))).toMatchObject([
      { level: "warn", message: "Events cannot be stored now." },
      { level: "warn", route: "/readyz", status: 503 },
    ]);
    expect(lines.of(charges.headers.get("request-id"))).toMatchObject([
      { level: "error", message: "A request failed." },
      { level: "info", status: 500, code: "internal_error" },
    ]);
  });

  test("its start is told, and its end", async () => {
    const started = { engine: name, policy_version: 1, version: expect.any(String), address: running.url };
    expect(plain("info", "Started.")).toMatchObject([started]);
    const other = new Lines();
    const second = await startTallyhook(await freshDatabaseUrl(), {}, { logger: other });
    await second.close();
    expect(other.written.at(-1)).toMatchObject({ level: "info", message: "Stopped." });
  });
});
