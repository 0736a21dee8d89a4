/**
 * A test that waits for ever would keep its file, and with it the whole run, from ending: where `TEST_FILE_MINUTES` is set (CI),
 * a file that takes longer is named, and its process ended.
 */
import { writeSync } from "node:fs";

const minutes = Number(process.env.TEST_FILE_MINUTES);
let watched: { readonly file: string | undefined; readonly since: number } = { file: undefined, since: 0 };

function look(): void {
  const file = expect.getState().testPath;
  if (file !== watched.file) watched = { file, since: performance.now() };
  if (file === undefined || performance.now() - watched.since < minutes * 60_000) return;
  writeSync(2, `${file} did not end within ${minutes} minutes.\n`);
  process.exit(1);
}

if (minutes > 0) setInterval(look, Math.min(minutes * 10_000, 10_000)).unref();
