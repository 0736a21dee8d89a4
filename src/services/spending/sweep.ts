import { Changes } from "../../domain/changes.ts";
import { lapse, withHold } from "../../domain/spending/hold.ts";
import { type DueWallet, dueWallets } from "../../store/wallets/read/wallets.ts";
import { startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import { workOnWallet } from "./wallet-work.ts";

const pageSize = 64;

/**
 * Expires holds and lots whenever they are due, until it is stopped. Nothing depends on its being in time: whoever spends or
 * settles looks at the clock too. Several processes may do this at once: each wallet is decided under its lock, and whoever
 * comes second finds nothing due.
 */
export function startSweeping(services: Services, options: { readonly everyMilliseconds: number }): Worker {
  return startWorker(async (stopping) => {
    try {
      await sweep(services, stopping);
    } catch (error) {
      services.log.error({ error: String(error) }, "What is due could not be expired.");
    }
  }, options);
}

/** Expires all that is due now, page by page; gives how many wallets that changed. */
export async function sweep(services: Services, stopping?: AbortSignal): Promise<number> {
  let count = 0;
  while (!stopping?.aborted) {
    const due = await dueWallets(services.store.read, { now: services.clock.now(), limit: pageSize });
    const swept = await Promise.all(due.map((wallet) => sweepWallet(services, wallet)));
    const changed = swept.filter((isChanged) => isChanged).length;
    count += changed;
    // Where nothing changed, another process was faster, or the reader is behind: the next round will see.
    if (changed === 0) return count;
  }
  return count;
}

/** Whether anything expired. */
function sweepWallet({ store, policies }: Services, due: DueWallet): Promise<boolean> {
  return store.write(
    workOnWallet<boolean>(due.id, { unknown: false, holds: due.holds }, (wallet, books, now) => {
      let freed = wallet;
      for (const hold of due.holds.flatMap((id) => books.hold(id) ?? [])) {
        const lapsed = lapse(hold, now);
        if (lapsed === hold) continue;
        freed = withHold(freed, hold, lapsed);
        books.putHold(lapsed);
      }
      const changes = new Changes(freed, now);
      if (changes.wallet === wallet) return false;
      changes.record(books, policies.current);
      return true;
    }),
  );
}
