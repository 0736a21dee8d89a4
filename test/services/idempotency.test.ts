import { systemClock } from "../../src/domain/time.ts";
import { forgetOldKeys, once } from "../../src/services/kit/idempotency.ts";
import type { Services } from "../../src/services/services.ts";
import type { Work } from "../../src/store/batch/unit-of-work.ts";
import type { Store } from "../../src/store/store.ts";
import { engines } from "../support/engines.ts";
import { OpenStores } from "../support/open-stores.ts";
import { changingWallet, undecidable } from "../support/small-works.ts";

const stores = new OpenStores();
afterEach(() => stores.close());

const keyed = { caller: "my-app", key: "key-1", request: "hash of the request" };

/** A use case that adds one to a wallet, and gives what is in it then. */
function addOne(store: Store, of: Partial<typeof keyed> = {}, onRepeated = () => {}): Promise<bigint> {
  const services = once({ store } as Services, { ...keyed, ...of }, onRepeated);
  return services.store.write(changingWallet("acme", 1n)).then((wallet) => wallet.paid);
}

describe.each(engines)("an idempotency key on $name", ({ freshDatabaseUrl }) => {
  let databaseUrl: string;
  let store: Store;
  beforeEach(async () => {
    databaseUrl = await freshDatabaseUrl();
    store = await stores.open({ databaseUrl });
  });

  test("gives every repetition the first answer, and says so", async () => {
    let repeated = 0;
    const count = () => (repeated += 1);
    expect(await addOne(store, {}, count)).toBe(1n);
    expect(await addOne(store, { key: "key-2" }, count)).toBe(2n);
    expect(repeated).toBe(0);
    expect(await addOne(store, {}, count)).toBe(1n);
    expect(repeated).toBe(1);
    expect(await addOne(store, { key: "key-3" })).toBe(3n);
  });

  test("counts once, however many send it at once to however many servers", async () => {
    const other = await stores.open({ databaseUrl });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => addOne(index % 2 === 0 ? store : other)),
    );
    expect(answers).toEqual(answers.map(() => 1n));
    expect(await addOne(store, { key: "key-2" })).toBe(2n);
  });

  test("is refused for another request, and belongs to one caller", async () => {
    await addOne(store);
    await expect(addOne(store, { request: "hash of another" })).rejects.toMatchObject({
      code: "idempotency_conflict",
    });
    expect(await addOne(store, { caller: "another-app", request: "hash of another" })).toBe(2n);
  });

  test("keeps nothing of what failed: the repetition is the first one", async () => {
    const failing = once({ store } as Services, keyed, () => {});
    await expect(failing.store.write(undecidable)).rejects.toThrow("It cannot be decided.");
    expect(await addOne(store)).toBe(1n);
  });

  test("goes on where a use case of several writes was cut off", async () => {
    const request = () => once({ store } as Services, keyed, () => {});
    const cutOff = request();
    await cutOff.store.write(changingWallet("acme", 1n));
    const again = request();
    const wallets = [
      await again.store.write(changingWallet("acme", 1n)),
      await again.store.write(changingWallet("acme", 1n)),
    ];
    expect(wallets.map(({ paid }) => paid)).toEqual([1n, 2n]);
  });

  test("gives back whatever was decided, with integers of any size", async () => {
    const result = {
      kind: "done",
      amount: -(2n ** 63n),
      nested: [{ at: 1n, none: null, text: "12" }],
      ok: true,
    };
    const work: Work<typeof result> = { needs: {}, decide: () => result };
    const write = () => once({ store } as Services, keyed, () => {}).store.write(work);
    expect(await write()).toEqual(result);
    expect(await write()).toEqual(result);
  });

  test("is forgotten after three days, not before", async () => {
    await addOne(store);
    const services = (hours: bigint) =>
      ({
        store,
        clock: { now: () => systemClock.now() + hours * 3_600_000_000_000n },
      }) as unknown as Services;
    expect(await forgetOldKeys(services(71n))).toBe(0);
    expect(await addOne(store)).toBe(1n);
    expect(await forgetOldKeys(services(73n))).toBe(1);
    expect(await addOne(store)).toBe(2n);
  });
});
