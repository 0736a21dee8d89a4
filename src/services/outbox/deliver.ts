import { setTimeout as sleep } from "node:timers/promises";
import type { MessageId } from "../../domain/ids.ts";
import { type Delivery, finish, take } from "../../domain/outbox/delivery.ts";
import type { Instant } from "../../domain/time.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import { dueOfNoWallet, nextOfWallets, type WaitingMessage } from "../../store/outbox/read/outbox.ts";
import type { Worker } from "../kit/worker.ts";
import type { Services } from "../services.ts";
import type { Sender } from "./send-message.ts";

/** Moves a message's delivery on, decided on where it stands by then. `null`: there was nothing to change. */
function changingDelivery(
  { no, id }: { readonly no: bigint; readonly id: MessageId },
  change: (delivery: Delivery, now: Instant) => Delivery | null,
): Work<Delivery | null> {
  return {
    needs: { messages: [no] },
    decide(books, now) {
      const delivery = books.delivery(id);
      const changed = delivery === undefined ? null : change(delivery, now);
      if (changed !== null) books.putDelivery(changed);
      return changed;
    },
  };
}

const pageSize = 64;
/** How many messages are on their way at once, each of another wallet. */
const concurrency = 16;
/** After so many messages of one wallet it is another one's turn. */
const longestRun = 100;

interface DeliveryOptions {
  readonly sender: Sender;
  /** A number in [0, 1): spreads the tries of messages that failed together. */
  random(): number;
}

/**
 * Delivers the outbox until it is stopped: sweep after sweep while there is something to send, else with a pause. Nothing is
 * thrown: what goes wrong is logged, and the next sweep tries again.
 */
export function startDelivering(
  services: Services,
  { everyMilliseconds, ...options }: DeliveryOptions & { readonly everyMilliseconds: number },
): Worker {
  const stopping = new AbortController();
  const courier = new Courier(services, options, stopping.signal);
  const running = deliverUntil(stopping.signal, courier, { services, everyMilliseconds });
  return {
    stop: async () => {
      stopping.abort();
      await running;
      options.sender.close();
    },
  };
}

/** Sends once what is due now, and resolves when all of it has been answered for; gives how many were sent. */
export async function deliverDue(
  services: Services,
  options: DeliveryOptions,
  stopping = new AbortController().signal,
): Promise<number> {
  const courier = new Courier(services, options, stopping);
  await courier.sweep();
  await courier.settled();
  return courier.sent;
}

async function deliverUntil(
  stopping: AbortSignal,
  courier: Courier,
  { services, everyMilliseconds }: { readonly services: Services; readonly everyMilliseconds: number },
): Promise<void> {
  const pause = () => sleep(everyMilliseconds, undefined, { signal: stopping, ref: false }).catch(() => {});
  while (!stopping.aborted) {
    const before = courier.sent;
    await courier.sweep().catch((error: unknown) => {
      services.log.error({ error: String(error) }, "The outbox could not be read.");
    });
    // Somebody who does not answer must not keep the others waiting.
    await Promise.race([courier.settled(), pause()]);
    if (courier.sent === before) await pause();
  }
  await courier.settled();
}

/**
 * Carries the messages of this process. Of a wallet only the oldest waiting message is sent, and the next one after it was
 * answered for: so they never overtake each other, and a failing one holds up nobody but its own wallet. Several processes
 * share the work: a message is sent by who has taken it.
 */
class Courier {
  sent = 0;
  readonly #services: Services;
  readonly #options: DeliveryOptions;
  readonly #stopping: AbortSignal;
  /** What is on its way, by wallet; a message without a wallet stands for itself. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(services: Services, options: DeliveryOptions, stopping: AbortSignal) {
    this.#services = services;
    this.#options = options;
    this.#stopping = stopping;
  }

  /** Begins with whatever is due. */
  async sweep(): Promise<void> {
    const { store, clock } = this.#services;
    for (let after = -1n; ; ) {
      const page = await nextOfWallets(store.read, { after, limit: pageSize });
      for (const message of page) {
        after = message.walletNo ?? after;
        if (message.nextAt <= clock.now()) await this.#begin(message);
      }
      if (page.length < pageSize) break;
    }
    for (const message of await dueOfNoWallet(store.read, { now: clock.now(), limit: pageSize })) {
      await this.#begin(message);
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  async #begin(message: WaitingMessage): Promise<void> {
    const lane = message.walletNo === null ? `message ${message.no}` : `wallet ${message.walletNo}`;
    if (this.#busy.has(lane)) return;
    while (this.#busy.size >= concurrency) await Promise.race(this.#busy.values());
    if (this.#stopping.aborted) return;
    const run = this.#run(message).finally(() => this.#busy.delete(lane));
    this.#busy.set(lane, run);
  }

  /** Sends a message and those of its wallet that come after it, until one fails. */
  async #run(first: WaitingMessage): Promise<void> {
    let message: WaitingMessage | undefined = first;
    try {
      for (let count = 0; message !== undefined && count < longestRun; count += 1) {
        if (this.#stopping.aborted || !(await this.#deliver(message))) return;
        message = await this.#following(message);
      }
    } catch (error) {
      const { log } = this.#services;
      log.error({ message: first.id, error: String(error) }, "A message's delivery could not be recorded.");
    }
  }

  /** Whether it was ours to send. */
  async #deliver(message: WaitingMessage): Promise<boolean> {
    const { store, clock, log } = this.#services;
    const taken = await store.write(changingDelivery(message, take));
    if (taken === null) return false;
    const result = await this.#options.sender.send(message, clock.now());
    this.sent += 1;
    const done = { attempt: taken.attempts, result, chance: this.#options.random() };
    const after = await store.write(changingDelivery(message, (is, now) => finish(is, done, now)));
    if (result.kind === "refused")
      log.warn(
        { message: message.id, error: result.error, status: after?.status },
        "A message was not accepted.",
      );
    return true;
  }

  /** What is next of the wallet: nothing while the message that failed waits for its next try. */
  async #following({ walletNo }: WaitingMessage): Promise<WaitingMessage | undefined> {
    if (walletNo === null) return undefined;
    const { store, clock } = this.#services;
    const [next] = await nextOfWallets(store.read, { after: walletNo - 1n, limit: 1 });
    return next?.walletNo === walletNo && next.nextAt <= clock.now() ? next : undefined;
  }
}
