import { setTimeout as sleep } from "node:timers/promises";
import { inRequest, LimitedLog, requestLog } from "../../src/services/kit/log.ts";
import { until } from "../support/until.ts";

function heard() {
  const lines: object[] = [];
  const write = (fields: object, message: string) => void lines.push({ ...fields, message });
  return { lines, log: requestLog({ info: write, warn: write, error: write }) };
}

test("a line has the id of the request it is written for, after waiting too, and none outside of one", async () => {
  const { lines, log } = heard();
  await Promise.all(
    ["a", "b"].map((id) =>
      inRequest(id, async () => {
        await sleep(1);
        log.warn({ of: id }, "said");
      }),
    ),
  );
  log.info({}, "outside");
  log.debug({}, "nobody takes it");
  expect(lines).toEqual([
    { request_id: "a", of: "a", message: "said" },
    { request_id: "b", of: "b", message: "said" },
    { message: "outside" },
  ]);
});

test("of one kind there are so many lines in a window, then their number, and in the next window as many again", async () => {
  const { lines, log } = heard();
  const limited = new LimitedLog(log, { lines: 2, windowMilliseconds: 500 });
  const refuse = (code: string, no: number) => limited.say("warn", "refused", { code }, { no });
  inRequest("first", () => refuse("a", 1));
  for (const no of [2, 3, 4, 5]) refuse("a", no);
  refuse("b", 6);
  expect(lines).toEqual([
    { request_id: "first", code: "a", no: 1, message: "refused" },
    { code: "a", no: 2, message: "refused" },
    { code: "b", no: 6, message: "refused" },
  ]);
  await until(() => lines.length > 3);
  expect(lines.slice(3)).toEqual([{ code: "a", more: 3, within_seconds: 0.5, message: "refused" }]);
  refuse("a", 7);
  expect(lines.at(-1)).toEqual({ code: "a", no: 7, message: "refused" });
});

test("a logger that throws, or knows no debug, breaks nothing", () => {
  const broken = () => {
    throw new Error("The disk is full.");
  };
  const log = requestLog({ info: broken, warn: broken, error: broken });
  for (const level of ["debug", "info", "warn", "error"] as const) log[level]({}, "said");
});
