import { systemClock } from "../../src/domain/time.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { Meets, StoreEvent } from "../support/small-works.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const refusals = {
  sqlite: ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_READONLY"],
  postgres: ["53100", "25006"],
};
const others = { sqlite: "SQLITE_CONSTRAINT_CHECK", postgres: "23514" };

describe.each(engines)("what a store on $name knows of being written", ({ name, freshDatabaseUrl }) => {
  test.each(refusals[name])("after %s the last word stands, until something was written", async (code) => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    expect(await store.writeRefusal()).toBeNull();
    await expect(store.write(new Meets(code))).rejects.toMatchObject({ code });
    expect(await store.writeRefusal()).toMatchObject({ code });
    expect(await store.writeRefusal()).toMatchObject({ code });
    await store.write(new StoreEvent("after"));
    expect(await store.writeRefusal()).toBeNull();
  });

  test("without anything to write, a number is taken after five seconds, to find out", async () => {
    let passed = 0n;
    const clock = { now: () => systemClock.now() + passed };
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl(), clock });
    const [code = ""] = refusals[name];
    await expect(store.write(new Meets(code))).rejects.toThrow(code);
    expect(await store.writeRefusal()).toMatchObject({ code });
    passed = 5_000_000_000n;
    expect(await store.writeRefusal()).toBeNull();
  });

  test("a work's own fault says nothing of it", async () => {
    const store = await stores.open({ databaseUrl: await freshDatabaseUrl() });
    await expect(store.write(new Meets(others[name]))).rejects.toThrow();
    expect(await store.writeRefusal()).toBeNull();
  });
});
