import type { OwnProvider } from "../domain/ids.ts";
import type { Instant } from "../domain/time.ts";
import { SourceError, type SourceProblem } from "./kit/asking.ts";
import type { ListedRow } from "./kit/listed-rows.ts";
import type { Named } from "./provider.ts";

/** Where a provider sends its events, as it says itself when it is asked. */
export interface Destination {
  /** The address, without what may be secret in it. */
  readonly url: string;
  readonly isActive: boolean;
  /** `null`: all types. */
  readonly eventTypes: readonly string[] | null;
  /** Whether an event carries its object, or only names it. */
  readonly payload: "snapshot" | "thin";
  /** In which objects are rendered; `null`: the account's own. */
  readonly apiVersion: string | null;
  /** Whether it gets real events, those of the provider's simulator, or both; `null` where the provider makes no difference. */
  readonly traffic: "platform" | "simulation" | "all" | null;
}

/** Of an address its origin and path: a token may stand behind them. */
export function withoutQuery(address: string): string {
  if (!URL.canParse(address)) return "an address that cannot be read";
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}

/**
 * A provider that is asked, where a webhook is one that speaks by itself: it lists what it has, kind by kind. Every method
 * throws a `SourceError` where the provider cannot be read.
 */
export interface ProviderSource {
  readonly provider: OwnProvider;
  /** What can be listed, in the order it is best read in. */
  readonly kinds: readonly SourceKind[];
  /** One kind, page by page. Whoever stops reading begins again at the page's `after`. */
  pages(kind: string, window: Window): AsyncGenerator<ListPage>;
  /** What it can be compared by. */
  readonly lists: readonly string[];
  /** One list read anew, page by page; apart from what events say, as another witness of it. */
  listed(list: string, asked: Listing): AsyncGenerator<readonly ListedRow[]>;
  /** Whatever the provider has of documents and payments that are known only by what names them. */
  lookUp(refs: readonly string[]): AsyncGenerator<ListPage>;
  /**
   * The sums of all rows of its balance before an instant, currency by currency, from a whole listing; none where the provider
   * has no such list.
   */
  balancesAt(at: Instant): Promise<readonly Telling[]>;
  /** The newest version of its API that this was made for. */
  readonly newestVersion: string;
  /** Where it sends its events. */
  destinations(): Promise<readonly Destination[]>;
  /** Which of all lists that are ever read here it does not give to this key: each is asked for one row. */
  unreadable(): Promise<readonly UnreadableList[]>;
  /**
   * What an event would have said that only names its object, by its own account's word or that of the connected one that it
   * came from. One question is asked once: whoever asks has a time of its own to ask again.
   */
  told(named: Named, by: { readonly type: string; readonly connected: string | null }): Promise<ListedObject>;
  /** The provider's own name of the account that its key is of; `null` where events name none. Asked once. */
  ownAccount(): Promise<string | null>;
  /** The same, as far as it was asked. */
  readonly knownAccount: string | null;
}

/** A list that a key was asked for, and did not get. */
export interface UnreadableList {
  /** As a backfill names it, where that reads it. */
  readonly list: string;
  readonly code: SourceProblem;
  readonly detail: string;
  /** What the provider calls the permission that it takes. */
  readonly permission: string;
}

/** Those of the lists that `ask` does not get. */
export async function unreadableOf(
  permissions: Readonly<Record<string, string>>,
  ask: (list: string) => Promise<unknown>,
): Promise<UnreadableList[]> {
  const asked = Object.entries(permissions).map(async ([list, permission]): Promise<UnreadableList[]> => {
    try {
      await ask(list);
      return [];
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      return [{ list, code: error.code, detail: error.message, permission }];
    }
  });
  return (await Promise.all(asked)).flat();
}

export type ListedObject =
  /** The same event, with its object in it. */
  | { readonly kind: "event"; readonly telling: Telling }
  /** Its object, and what else belongs to that, as they are now. */
  | { readonly kind: "objects"; readonly tellings: readonly Telling[] }
  /** The provider has neither. */
  | { readonly kind: "gone" }
  /** What it names is not what it says: `detail` tells what is. */
  | { readonly kind: "differs"; readonly detail: string };

export interface SourceKind {
  readonly name: string;
  /** How long the provider keeps them, in nanoseconds; `null` if for ever. */
  readonly kept: bigint | null;
  /** Whether a later change of one is listed by its own time, or only told by an event. */
  readonly listsChanges: boolean;
}

/** Half-open, on the clock of the kind: when an event occurred, when an object was created or changed. */
export interface Window {
  /** `null`: from the beginning. */
  readonly from: Instant | null;
  readonly to: Instant;
  /** Where the last page ended, of a listing that was broken off; `null` begins with the first one. */
  readonly after: string | null;
}

/** Half-open, on the clock of the list; what a customer has is listed whole. */
export interface Listing {
  readonly from: Instant | null;
  readonly to: Instant;
  /** Of balance rows: those of one payout alone, whenever they were made. */
  readonly payoutRef: string | null;
}

export interface ListPage {
  readonly tellings: readonly Telling[];
  readonly after: string | null;
}

/** What a provider says when asked, as the event it would have sent: so it is read by who reads its events. */
export interface Telling {
  /** The object's own id. */
  readonly ref: string;
  /** The object as it was listed. */
  readonly object: Readonly<Record<string, unknown>>;
  /** The body of the event. Its id is the provider's own, or one that we made from what is said. */
  readonly body: Uint8Array;
  /**
   * The same, said of the moment we asked: for an object that does not tell when it last changed, where something else was
   * heard of it since the time it does tell. `null` of an event of the provider's own, and of what never changes.
   */
  readonly asOfNow: Uint8Array | null;
  /** An event that the provider sends, or could have sent, itself. */
  readonly isEvent: boolean;
}
