import { once } from "node:events";

/**
 * Runs what goes on until it is done, or until somebody asks this process to stop: `stopping` aborts then, and its reason is
 * the signal's name. Asking twice ends the process at once. Nothing listens any longer once it is over.
 */
export async function whileNotStopped<Result>(
  run: (stopping: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => controller.abort(signal);
  process.once("SIGTERM", stop).once("SIGINT", stop);
  try {
    return await run(controller.signal);
  } finally {
    process.off("SIGTERM", stop).off("SIGINT", stop);
  }
}

/** Waits for what {@link whileNotStopped} was asked, and tells the signal's name. */
export async function stopOf(stopping: AbortSignal): Promise<string> {
  if (!stopping.aborted) await once(stopping, "abort");
  return stopping.reason;
}
