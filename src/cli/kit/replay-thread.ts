import { parentPort } from "node:worker_threads";
import type { ThreadAnswer, ThreadTask } from "./replay-threads.ts";
import { replayCase } from "./replaying.ts";

parentPort?.on("message", async ({ recorded, options }: ThreadTask) => {
  const answer: ThreadAnswer = await replayCase(recorded, options).catch(() => null);
  parentPort?.postMessage(answer);
});
