import { isDeepStrictEqual } from "node:util";
import type { Books } from "../domain/books.ts";
import { followPolicy } from "../domain/decide.ts";
import type { ChargeId } from "../domain/ids.ts";
import type { Policy } from "../domain/policy/policy.ts";
import { chargesReadOtherwise } from "../store/read/unsettled-charges.ts";
import type { Needs, Work } from "../store/unit-of-work.ts";
import type { Services } from "./services.ts";
import { startWorker, type Worker } from "./worker.ts";

const pageSize = 100;

/**
 * Where a policy was put in force that reads owners elsewhere: charges that have not settled become whose they would be now,
 * page by page. It ends once there are none: while two versions run side by side, they must not take turns for ever.
 */
export function startFollowingPolicy(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  let isDone = false;
  return startWorker(async (stopping) => {
    if (isDone) return;
    try {
      await followCurrentPolicy(services, stopping);
      isDone = !stopping.aborted;
    } catch (error) {
      services.log.error({ error: String(error) }, "Charges could not be read by the policy in force.");
    }
  }, options);
}

/** Gives how many charges were looked at. */
export async function followCurrentPolicy(services: Services, stopping?: AbortSignal): Promise<number> {
  const { store, policies } = services;
  const { current } = policies;
  await policies.refresh();
  const alike = policies
    .versions()
    .filter((number) => isDeepStrictEqual(policies.version(number).ownerFrom, current.ownerFrom));
  const versions = [...new Set([...alike, current.version])];
  let count = 0;
  while (!stopping?.aborted) {
    const charges = await chargesReadOtherwise(store.read, versions, pageSize);
    if (charges.length === 0) return count;
    await store.write(new FollowPolicy(charges, current));
    count += charges.length;
  }
  return count;
}

class FollowPolicy implements Work<void> {
  readonly needs: Needs;
  readonly #charges: readonly ChargeId[];
  readonly #policy: Policy;

  constructor(charges: readonly ChargeId[], policy: Policy) {
    this.#charges = charges;
    this.#policy = policy;
    this.needs = { charges };
  }

  walletNeeds(): readonly [] {
    return [];
  }

  decide(books: Books): void {
    for (const id of this.#charges) followPolicy(books, id, this.#policy);
  }
}
