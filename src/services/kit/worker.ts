/** Something that goes on in the background. */
export interface Worker {
  /** Begins nothing further, and resolves when what is on its way is done. */
  stop(): Promise<void>;
}

/**
 * Does the same again and again until it is stopped. A round begins some time after the last one has ended, so they never
 * overlap. A round that fails must say so itself: what it throws is not heard.
 */
export function startWorker(
  round: (stopping: AbortSignal) => Promise<void>,
  { everyMilliseconds }: { readonly everyMilliseconds: number },
): Worker {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();
  const wait = () => {
    timer = setTimeout(() => {
      running = round(stopping.signal).then(() => {
        if (!stopping.signal.aborted) wait();
      });
    }, everyMilliseconds).unref();
  };
  wait();
  return {
    stop: () => {
      stopping.abort();
      clearTimeout(timer);
      return running;
    },
  };
}
