import { systemClock } from "../../src/domain/time.ts";
import { openStore, type Store, type StoreOptions } from "../../src/store/store.ts";
import { installationKey } from "./wallet-ids.ts";

/** Opens stores, and closes those that a test left open: `afterEach(() => stores.close())`. */
export class OpenStores {
  readonly #stores: Store[] = [];

  async open(options: Pick<StoreOptions, "databaseUrl"> & Partial<StoreOptions>): Promise<Store> {
    const store = await openStore({ migrate: true, installationKey, clock: systemClock, ...options });
    this.#stores.push(store);
    return store;
  }

  async close(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close();
  }
}
