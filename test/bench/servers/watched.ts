import { writeFileSync } from "node:fs";

/**
 * Loaded before a server: from a SIGUSR2 on it keeps in a file for how many milliseconds one turn of the serving thread held that
 * thread at most. It is the CPU that the thread itself took, since on a busy machine it waits for a core in between.
 */
const file = process.env.HELD_FILE ?? "";

process.once("SIGUSR2", () => {
  let longest = 0;
  let before = used();
  setInterval(() => {
    const now = used();
    if (now - before > longest) {
      longest = now - before;
      writeFileSync(file, String(longest));
      // What writing it down took is nobody's.
      before = used();
    } else before = now;
  }, 1).unref();
});

function used(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
