import type { Actor } from "../domain/action.ts";
import { Closed, RefusedInput, SpendingRefused, StorageUnavailable } from "../domain/errors.ts";
import { type KeyedRequest, once } from "../services/kit/idempotency.ts";
import { actingAs } from "../services/people/acting.ts";
import type { ServingServices } from "../services/services.ts";

/** The app that we are part of: who of it decides, it alone knows. */
const library: Actor = {
  kind: "library",
  name: "library",
  role: null,
  requestId: null,
  address: null,
  formId: null,
};

/** One of several under a key, where an earlier one may have been undone. */
interface Attempt {
  /** Counted from 0. */
  readonly no: number;
  /** Whether a repetition gets this decision; otherwise it is decided anew. */
  isKept(decided: unknown): boolean;
  onRepeated(): void;
}

/**
 * How the library asks: while it is open, and with what goes wrong told as an app can be told of it. The database's own errors are
 * of its driver's words and codes: an app hears the same whichever it is.
 */
export class Asking {
  readonly services: ServingServices;
  #isClosed = false;

  constructor(services: ServingServices) {
    this.services = actingAs(services, library);
  }

  /** Nothing more is asked from here on; what was is finished. */
  close(): void {
    this.#isClosed = true;
  }

  /** @throws Closed after `close()` */
  refuseClosed(): void {
    if (this.#isClosed) throw new Closed("Tallyhook was closed.");
  }

  /** @throws StorageUnavailable while the database does not answer, Closed after `close()` */
  async ask<Result>(question: (services: ServingServices) => Promise<Result>): Promise<Result> {
    this.refuseClosed();
    try {
      return await question(this.services);
    } catch (error) {
      throw this.told(error);
    }
  }

  /** As an app is told of it. */
  told(error: unknown): unknown {
    if (error instanceof RefusedInput) return error;
    if (this.services.store.isUnavailable(error))
      return new StorageUnavailable("The database does not answer. Ask again later.", { cause: error });
    const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
    if (code === "idempotency_conflict") return new SpendingRefused(code);
    if (code === "position_unknown") return new SpendingRefused("cursor_invalid");
    if (code === "policy_unknown") return new RefusedInput(code, String(message));
    return error;
  }

  /** The services for what must happen once for one key; as they are without one. */
  once(key: string | null, request: readonly unknown[], attempt?: Attempt): ServingServices {
    if (key === null) return this.services;
    const text = JSON.stringify(request, (_, value) => (typeof value === "bigint" ? String(value) : value));
    const caller = attempt === undefined || attempt.no === 0 ? "library" : `library, again ${attempt.no}`;
    const keyed: KeyedRequest = { caller, key, request: text };
    const onRepeated = attempt?.onRepeated ?? (() => {});
    return { ...this.services, ...once(this.services, keyed, onRepeated, attempt?.isKept) };
  }
}
