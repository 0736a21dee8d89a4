/** Says what is being done now; what was said before is overwritten. */
export type Say = (text: string) => void;

interface Where {
  readonly stream?: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write">;
  /** What ends sooner says nothing. */
  readonly afterMilliseconds?: number;
}

const frames = ["|", "/", "-", "\\"];
const everyMilliseconds = 150;

/**
 * Whoever waits at a terminal sees that something goes on, what, and for how long; the line is gone before the answer is
 * printed. Where standard error is none, nothing is written.
 */
export async function whileWorking<Result>(
  doing: string,
  run: (say: Say) => Promise<Result>,
  { stream = process.stderr, afterMilliseconds = 1_000 }: Where = {},
): Promise<Result> {
  if (!stream.isTTY) return run(() => {});
  const started = performance.now();
  let text = doing;
  let drawn = 0;
  const draw = () => {
    const now = performance.now();
    if (now - started < afterMilliseconds || (drawn > 0 && now - drawn < everyMilliseconds)) return;
    drawn = now;
    const frame = frames[Math.floor(now / everyMilliseconds) % frames.length];
    const line = `${frame} ${text} (${Math.floor((now - started) / 1000)} s)`;
    stream.write(`\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const timer = setInterval(draw, everyMilliseconds);
  try {
    return await run((said) => {
      text = `${doing}: ${said}`;
      draw();
    });
  } finally {
    clearInterval(timer);
    if (drawn > 0) stream.write("\r\u001b[2K");
  }
}
