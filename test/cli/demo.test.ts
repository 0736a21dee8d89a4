import { tmpdir } from "node:os";
import { killAll, run, start } from "./command-line.ts";

afterEach(killAll);
test("the demo of a world: what webhooks lost, asking made good, the books are the true ones, and what providers misstate is found", async () => {
  const { code, out } = await run(tmpdir(), ["demo", "--world", "--once"]);
  expect(out).toContain("The books are the true ones of that company, to the cent.");
  expect(out).toMatch(/[1-9]\d* of them got a payment back that they had used/);
  expect(out).toContain("Everything agrees.");
  expect(out).toMatch(/[1-9]\d* events were never delivered/);
  expect(out).toContain("Exactly what was changed was found.");
  expect(code).toBe(0);
});

test("the demo stays up until it is told to stop, and what it prints to try works", async () => {
  const demo = start(tmpdir(), ["demo"], { COLUMNS: "80" });
  const [, url] = await demo.line(/^listening on (http:\/\/\S+)$/m);
  const [, key] = await demo.line(/^ {2}KEY=(\S+) URL=\S+$/m);
  const response = await fetch(`${url}/v1/audit`, { headers: { authorization: `Bearer ${key}` } });
  expect(await response.json()).toMatchObject({ ok: true });
  demo.stop("SIGINT");
  const { code, out } = await demo.finished;
  expect(code).toBe(0);
  expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
