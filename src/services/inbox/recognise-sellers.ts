import { recogniseSeller, walletsRecognising } from "../../domain/decide.ts";
import type { ChargeId, ObjectKey } from "../../domain/ids.ts";
import type { PolicyBook } from "../../domain/policy/policy.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { chargesOfLink, chargesOfSubscription } from "../../store/inbox/read/sold-through.ts";
import { lastChargeNumber } from "../../store/inbox/read/waiting-refs.ts";
import { type DueSeller, dueSellers } from "../../store/inbox/sellers.ts";
import { asTheyAre } from "../charges/policies.ts";
import { leased, startWorker, type Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";

const pageSize = 100;
const numbersLookedThrough = 2_000n;
/** What was being stored while it was told is stored by then, and was told without it: it is looked for again. */
const longestUnderWay = 60_000_000_000n;

/** Where a subscription or a link is heard of as the provider's own, what was sold through it before is booked so, too. */
export function startRecognisingSellers(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  return startWorker(async (stopping) => {
    try {
      await recogniseSellers(services, stopping);
    } catch (error) {
      services.log.error({ error: String(error) }, "What the provider sells itself could not be booked so.");
    }
  }, options);
}

/** Gives how many charges were booked anew. What was sold through a link may name a subscription, which is due then. */
export async function recogniseSellers(services: Services, stopping?: AbortSignal): Promise<number> {
  const { store, clock } = services;
  const due = () => dueSellers(store.read, clock.now() - longestUnderWay, pageSize);
  if ((await due()).length === 0) return 0;
  const count = await leased(services, "sellers", async () => {
    let booked = 0;
    for (let sellers = await due(); sellers.length > 0 && !stopping?.aborted; sellers = await due())
      for (const seller of sellers) booked += await recognise(services, seller, stopping);
    return booked;
  });
  return count ?? 0;
}

async function recognise(services: Services, seller: DueSeller, stopping?: AbortSignal): Promise<number> {
  const { store } = services;
  let count = 0;
  const bookAnew = async (charges: readonly ChargeId[]) => {
    if (charges.length > 0) await store.write(recognisingSeller(charges, seller, services.policies));
    count += charges.length;
    return charges.length;
  };
  while (
    !stopping?.aborted &&
    (await bookAnew(await chargesOfSubscription(store.read, seller, pageSize))) > 0
  );
  const last = await lastChargeNumber(store.read);
  for (let after = -1n; after < last && isLink(seller) && !stopping?.aborted; after += numbersLookedThrough)
    await bookAnew(await chargesOfLink(store.read, seller, { after, upTo: after + numbersLookedThrough }));
  if (!stopping?.aborted) await store.recognised(seller);
  return count;
}

/** Only links are found by what checkouts say. */
const isLink = ({ ref }: ObjectKey): boolean => !ref.startsWith("sub_");

function recognisingSeller(
  charges: readonly ChargeId[],
  seller: DueSeller,
  policyBook: PolicyBook,
): Work<void> {
  const policies = asTheyAre(policyBook);
  return {
    needs: { charges, sellers: [seller.name] },
    walletNeeds: (books) => charges.flatMap((id) => walletsRecognising(books, id, policies)),
    decide(books, now) {
      const circumstances = { policies, eventId: null, reason: null, occurredAt: 0n, now };
      for (const id of charges) recogniseSeller(books, id, circumstances);
    },
  };
}
