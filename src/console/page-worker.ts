import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { inRequest, requestLog } from "../services/kit/log.ts";
import { openReading, type ReadingTask } from "../services/running/open-reading.ts";
import { errorPageOf } from "./kit/errors.tsx";
import { type AskedPage, type MadePage, makingHere } from "./page-maker.tsx";
import type { FromThread, ToThread } from "./page-threads.ts";
import { pages } from "./pages.ts";

// Where cores are scarce the serving thread goes first. Linux means this thread by it, others would mean the whole process.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const say = (message: FromThread, bytes: ArrayBuffer[] = []) => parentPort?.postMessage(message, bytes);
const saying = (level: "debug" | "info" | "warn" | "error") => (fields: object, message: string) =>
  say({ kind: "log", level, fields, message });
const log = requestLog({
  debug: saying("debug"),
  info: saying("info"),
  warn: saying("warn"),
  error: saying("error"),
});

let reading: ReturnType<typeof openReading> | undefined;

parentPort?.on("message", ({ no, asked }: ToThread) =>
  inRequest(asked.requestId, async () => {
    const made = await make(asked);
    // The bytes are handed over, not copied.
    const bytes = made.kind === "html" ? [made.html.buffer as ArrayBuffer] : [];
    say({ kind: "made", no, made }, bytes);
  }),
);

async function make(asked: AskedPage): Promise<MadePage> {
  reading ??= openReading(workerData as ReadingTask, log);
  try {
    const { servicesAt } = await reading;
    const services = await servicesAt(asked.at, asked.policy);
    const made = await makingHere(services, pages)(asked);
    return made.kind === "html" ? { ...made, html: ofItsOwn(made.html) } : made;
  } catch (error) {
    // Only opening can fail; the next page tries it again.
    reading = undefined;
    return { kind: "error", error: errorPageOf({ isUnavailable: () => true }, error) };
  }
}

/** Small buffers share a pool, which cannot be handed over. */
function ofItsOwn(bytes: Buffer): Buffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
}
