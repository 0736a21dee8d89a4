/** Resolves with the signal by which somebody asks this process to stop. Asking twice ends it at once. */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });
}

/** Runs what may end early, at a place of its own choosing, once a signal came; it asks which. */
export async function watchingSignals<Result>(
  run: (signal: () => string | null) => Promise<Result>,
): Promise<Result> {
  let came: string | null = null;
  const note = (signal: string) => {
    came = signal;
  };
  process.once("SIGTERM", note).once("SIGINT", note);
  try {
    return await run(() => came);
  } finally {
    process.off("SIGTERM", note).off("SIGINT", note);
  }
}
