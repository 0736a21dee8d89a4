import { isDeepStrictEqual } from "node:util";
import { followPolicy, walletsFollowing } from "../../domain/decide.ts";
import type { ChargeId } from "../../domain/ids.ts";
import type { Policy, PolicyBook } from "../../domain/policy/policy.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { chargesReadOtherwise } from "../../store/charges/read/to-book-anew.ts";
import { startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import { asTheyAre } from "./policies.ts";

const pageSize = 100;

/**
 * Where a policy was put in force that reads otherwise what has not settled: charges become whose they would be now, and
 * payments that wait become charges where the shop has no invoices, page by page. It ends once there are none: while two
 * versions run side by side, they must not take turns for ever.
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
    .filter((number) => isDeepStrictEqual(whatIsRead(policies.version(number)), whatIsRead(current)));
  const versions = [...new Set([...alike, current.version])];
  let count = 0;
  while (!stopping?.aborted) {
    const charges = await chargesReadOtherwise(store.read, versions, pageSize);
    if (charges.length === 0) return count;
    await store.write(followingPolicy(charges, asTheyAre(policies)));
    count += charges.length;
  }
  return count;
}

/** What of a policy says how a charge is read before it settles. */
const whatIsRead = ({ ownerFrom, standalone }: Policy) => ({ ownerFrom, standalone });

function followingPolicy(charges: readonly ChargeId[], policies: PolicyBook): Work<void> {
  return {
    needs: { charges },
    walletNeeds: (books) => charges.flatMap((id) => walletsFollowing(books, id, policies)),
    decide(books, now) {
      const circumstances = { policies, eventId: null, reason: null, occurredAt: 0n, now };
      for (const id of charges) followPolicy(books, id, circumstances);
    },
  };
}
