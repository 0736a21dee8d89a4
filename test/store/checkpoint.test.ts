import { statSync } from "node:fs";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { storingEvent } from "../support/small-works.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const mebibyte = 2 ** 20;

test("the write-ahead log stays small in a steady run that never pauses", async () => {
  const databaseUrl = (await engines[0]?.freshDatabaseUrl()) as string;
  const store = await stores.open({ databaseUrl });
  const log = `${databaseUrl.slice("sqlite:".length)}-wal`;
  const sizes: number[] = [];
  let written = 0;
  const write = async () => {
    while (written < 20_000) {
      await store.write(storingEvent(`${"x".repeat(4000)}_${written++}`));
      if (written % 100 === 0) sizes.push(statSync(log).size);
    }
  };
  await Promise.all(Array.from({ length: 64 }, write));
  const total = statSync(databaseUrl.slice("sqlite:".length)).size;
  expect(total).toBeGreaterThan(100 * mebibyte);
  expect(Math.max(...sizes)).toBeLessThan(40 * mebibyte);
});
