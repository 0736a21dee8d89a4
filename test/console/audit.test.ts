import { type Running, seed, startTallyhook } from "../http/running.ts";
import { execute } from "../services/planted-trigger.ts";
import { engines } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { hiddenFields, type OpenedConsole, openConsole } from "./opened.ts";

describe.each(engines)("an audit that is run from its page on $name", ({ freshDatabaseUrl }) => {
  let databaseUrl: string;
  let running: Running;
  let opened: OpenedConsole;
  beforeAll(async () => {
    databaseUrl = await freshDatabaseUrl();
    running = await startTallyhook(databaseUrl);
    await running.post(seed);
    opened = await openConsole(running.tallyhook.services);
  });
  afterAll(async () => {
    await opened.close();
    await running.close();
  });

  const runIt = async () => {
    const { html } = await opened.get("/audit");
    expect((await opened.post("/audit", hiddenFields(html, "/audit"))).status).toBe(303);
    const shown = async () => (await opened.get("/audit")).text;
    await until(async () => !(await shown()).includes("under way"), 100);
    return shown();
  };

  test("says what it said from then on, also to those who only read; and what differs, of what", async () => {
    expect((await opened.get("/audit")).text).toContain("No verdict is kept yet");
    expect(await runIt()).toContain("everything agrees");
    expect((await opened.get("/", "read")).text).toContain("everything agrees");
    expect((await opened.get("/audit", "read")).html).not.toContain("Run it now");
    await execute(databaseUrl, "update wallets set recovery = recovery + 7");
    expect(await runIt()).toMatch(/the books do not agree.*wal_\w+ wallet differs recovery, by the ledger/);
    const { body } = await running.get<{ data: { ok: boolean }[] }>("/v1/audits");
    expect(body.data.map(({ ok }) => ok)).toEqual([false, true]);
    const { text } = await opened.get("/trail");
    expect(text).toContain("audit: run");
  });
});
