import { constants, getPriority, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { PagesReading, ReadingTask } from "../services/running/open-reading.ts";
import type { AskedPage, MadePage } from "./page-maker.tsx";
import type { FromThread, ToThread } from "./page-threads.ts";

// Where cores are scarce the serving thread goes first, also while this one begins: what it needs is loaded only then. Linux
// means this thread by it, others would mean the whole process; nobody may be put before the process that it is of.
const below = constants.priority.PRIORITY_BELOW_NORMAL;
if (process.platform === "linux")
  setPriority(Math.min(getPriority() + below, constants.priority.PRIORITY_LOW));
const [{ inRequest, requestLog }, { openReading }, { errorPageOf }, { makingHere }, { pages }] =
  await Promise.all([
    import("../services/kit/log.ts"),
    import("../services/running/open-reading.ts"),
    import("./kit/errors.tsx"),
    import("./page-maker.tsx"),
    import("./pages.ts"),
  ]);

const say = (message: FromThread, bytes: ArrayBuffer[] = []) => parentPort?.postMessage(message, bytes);
const saying = (level: "debug" | "info" | "warn" | "error") => (fields: object, message: string) =>
  say({ kind: "log", level, fields, message });
const log = requestLog({
  debug: saying("debug"),
  info: saying("info"),
  warn: saying("warn"),
  error: saying("error"),
});

let reading: Promise<PagesReading> | undefined;

/** Only opening can fail; the next page tries it again. */
function opened(): Promise<PagesReading> {
  reading ??= openReading(workerData as ReadingTask, log);
  reading.catch(() => {
    reading = undefined;
  });
  return reading;
}

// The first page waits for none of it.
void opened();

parentPort?.on("message", ({ no, asked }: ToThread) =>
  inRequest(asked.requestId, async () => {
    const made = await make(asked);
    // The bytes are handed over, not copied.
    const bytes = made.kind === "html" ? [made.html.buffer as ArrayBuffer] : [];
    say({ kind: "made", no, made }, bytes);
  }),
);

async function make(asked: AskedPage): Promise<MadePage> {
  try {
    const { servicesAt } = await opened();
    const services = await servicesAt(asked.at, asked.policy);
    const made = await makingHere(services, pages)(asked);
    return made.kind === "html" ? { ...made, html: ofItsOwn(made.html) } : made;
  } catch (error) {
    reading = undefined;
    return { kind: "error", error: errorPageOf({ isUnavailable: () => true }, error) };
  }
}

/** Small buffers share a pool, which cannot be handed over. */
function ofItsOwn(bytes: Buffer): Buffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
}
