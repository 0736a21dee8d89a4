import type { Books } from "../../domain/books.ts";
import type { MessageId } from "../../domain/ids.ts";
import type { Delivery } from "../../domain/outbox/delivery.ts";
import type { Instant } from "../../domain/time.ts";
import type { Needs, WalletNeed, Work } from "../../store/batch/unit-of-work.ts";

/** Moves a message's delivery on, decided on where it stands by then. `null`: there was nothing to change. */
export class ChangeDelivery implements Work<Delivery | null> {
  readonly needs: Needs;
  readonly #id: MessageId;
  readonly #change: (delivery: Delivery, now: Instant) => Delivery | null;

  constructor(
    { no, id }: { readonly no: bigint; readonly id: MessageId },
    change: (delivery: Delivery, now: Instant) => Delivery | null,
  ) {
    this.needs = { messages: [no] };
    this.#id = id;
    this.#change = change;
  }

  walletNeeds(): readonly WalletNeed[] {
    return [];
  }

  decide(books: Books, now: Instant): Delivery | null {
    const delivery = books.delivery(this.#id);
    const changed = delivery === undefined ? null : this.#change(delivery, now);
    if (changed !== null) books.putDelivery(changed);
    return changed;
  }
}
