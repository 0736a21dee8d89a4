import type { Books } from "../../domain/books.ts";
import { Changes } from "../../domain/changes.ts";
import { entryId, type UsageId } from "../../domain/ids.ts";
import type { Policy } from "../../domain/policy/policy.ts";
import { reverseUsage as reverse } from "../../domain/spending/reverse-usage.ts";
import { settledHold, type Usage } from "../../domain/spending/usage.ts";
import type { Instant } from "../../domain/time.ts";
import type { Wallet } from "../../domain/wallet/wallet.ts";
import { withoutCharge } from "../../domain/wallet/wallet-change.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";
import type { Services } from "../services.ts";

export interface UsageReversalRequest {
  readonly id: UsageId;
  readonly reason: string;
}

export type UsageReversed =
  | { readonly kind: "reversed"; readonly usage: Usage }
  | { readonly kind: "already_reversed"; readonly usage: Usage }
  | { readonly kind: "usage_unknown" }
  /** A linked customer brought it along: it is undone where it was used. */
  | { readonly kind: "not_reversible" };

/** Undoes usage that was wrong: its cost exactly, and what it took, back to where it came from. Once. */
export function reverseUsage(services: Services, request: UsageReversalRequest): Promise<UsageReversed> {
  return services.store.write(new ReverseUsage(request, services.policies.current));
}

class ReverseUsage implements Work<UsageReversed> {
  readonly needs: Needs;
  readonly alone = true;
  readonly #request: UsageReversalRequest;
  readonly #policy: Policy;

  constructor(request: UsageReversalRequest, policy: Policy) {
    this.#request = request;
    this.#policy = policy;
    this.needs = { usage: [request.id] };
  }

  walletNeeds(books: Books): readonly WalletNeed[] {
    const { id } = this.#request;
    const usage = books.usage(id);
    return usage === undefined
      ? []
      : [{ wallet: usage.walletId, lots: true, charge: null, undo: { usage: id } }];
  }

  decide(books: Books, now: Instant): UsageReversed {
    const usage = books.usage(this.#request.id);
    const wallet = usage && books.wallet(usage.walletId);
    if (usage === undefined || wallet === undefined) return { kind: "usage_unknown" };
    if (usage.reversal !== null) return { kind: "already_reversed", usage };
    if (usage.metered === null && settledHold(usage) === null) return { kind: "not_reversible" };
    return this.#reverse(books, wallet, usage, now);
  }

  #reverse(books: Books, wallet: Wallet, usage: Usage, now: Instant): UsageReversed {
    const changes = new Changes(wallet, now);
    const cause = { ...withoutCharge(now, this.#request.reason), reason: this.#request.reason };
    const lender = books.usageOf(wallet.id).find(({ id }) => id !== usage.id) ?? null;
    const lines = [usage, lender].flatMap((of) => {
      const seq = of?.seq ?? null;
      return seq === null ? [] : (books.pastLine(entryId(wallet.id, seq))?.line ?? []);
    });
    const reversed = reverse(changes.wallet, cause, {
      usage,
      lender,
      lines,
      holdOf: (of) => {
        const hold = settledHold(of);
        return hold === null ? undefined : books.hold(hold);
      },
    });
    if ("line" in reversed.change) changes.add(reversed.change);
    else changes.wallet = reversed.change;
    changes.record(books, this.#policy);
    for (const one of reversed.usage) books.putUsage(one);
    return { kind: "reversed", usage: reversed.usage[0] ?? usage };
  }
}
