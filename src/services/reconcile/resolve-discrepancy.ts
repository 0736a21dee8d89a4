import type { Books } from "../../domain/books.ts";
import type { DiscrepancyId } from "../../domain/ids.ts";
import {
  lapse,
  type Resolved,
  type ResolveRequest,
  resolveDiscrepancy,
} from "../../domain/matching/resolve.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import type { Instant } from "../../domain/time.ts";
import { correctedWithoutWord } from "../../store/read/reconciliations.ts";
import type { Needs, WalletNeed, Work } from "../../store/unit-of-work.ts";
import { recorded } from "../people/acting.ts";
import type { Services } from "../services.ts";

/** A person settles a discrepancy, with a reason. */
export function resolve(services: Services, request: ResolveRequest): Promise<Resolved> {
  const { id, resolution, reason } = request;
  const work = new Resolve(request, services.policies.current);
  return services.store.write(
    recorded(services, work, (result) => {
      if (result.kind !== "resolved") return null;
      const after = {
        status: "resolved",
        resolution,
        ...(result.entryId === null ? {} : { entry: result.entryId }),
      };
      return { action: "discrepancy.resolve", subject: id, reason, before: { status: "open" }, after };
    }),
  );
}

/** Takes back what was posted for discrepancies that are open again or have disappeared; gives how many there were. */
export async function lapseCorrections(services: Services): Promise<number> {
  const ids = await correctedWithoutWord(services.store.read);
  const lapsed = await Promise.all(ids.map((id) => services.store.write(new Lapse(id))));
  return lapsed.filter((done) => done).length;
}

class Resolve implements Work<Resolved> {
  readonly needs: Needs;
  readonly #request: ResolveRequest;
  readonly #policy: Policy;

  constructor(request: ResolveRequest, policy: Policy) {
    this.#request = request;
    this.#policy = policy;
    this.needs = { discrepancies: [request.id] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books, now: Instant): Resolved {
    return resolveDiscrepancy(books, this.#request, { policy: this.#policy, now });
  }
}

class Lapse implements Work<boolean> {
  readonly needs: Needs;
  readonly #id: DiscrepancyId;

  constructor(id: DiscrepancyId) {
    this.#id = id;
    this.needs = { discrepancies: [id] };
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books, now: Instant): boolean {
    return lapse(books, this.#id, now);
  }
}
