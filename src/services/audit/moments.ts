import type { Policy } from "../../domain/policy/policy.ts";
import type { Provider } from "../../providers/provider.ts";
import type { Snapshot } from "../../store/batch/snapshot.ts";
import type { Store } from "../../store/store.ts";
import { policiesAt, type ReadPolicies } from "../charges/policies.ts";

/** What an audit needs of the program: it reads, and nothing else. */
export interface Audited {
  readonly store: Pick<Store, "openSlices" | "walletIds">;
  readonly providers: ReadonlyMap<string, { readonly provider: Provider }>;
  readonly policies: { readonly current: Policy };
}

/** The books at one moment. What is compared with each other is read at the same one. */
export interface Moment extends Pick<Snapshot, "read" | "decide"> {
  readonly policies: ReadPolicies;
}

/** Moments one after the other, so that an audit of any length keeps nobody waiting. */
export class Moments {
  readonly #audited: Audited;
  readonly #begun: (moment: Moment) => Promise<void>;
  readonly #slices: ReturnType<Store["openSlices"]>;
  #snapshot: Snapshot | undefined;
  #moment: Moment | undefined;

  /** @param begun - is told of every new moment before anybody sees it */
  constructor(audited: Audited, begun: (moment: Moment) => Promise<void>) {
    this.#audited = audited;
    this.#begun = begun;
    this.#slices = audited.store.openSlices();
  }

  async current(): Promise<Moment> {
    const snapshot = await this.#slices.current();
    if (snapshot !== this.#snapshot || this.#moment === undefined) {
      const policies = await policiesAt(snapshot, this.#audited.policies.current);
      const moment = { read: snapshot.read, decide: snapshot.decide, policies };
      await this.#begun(moment);
      this.#snapshot = snapshot;
      this.#moment = moment;
    }
    return this.#moment;
  }

  /** After an error nothing more can be read in the same transaction. */
  end(): Promise<void> {
    this.#snapshot = undefined;
    return this.#slices.close();
  }
}
