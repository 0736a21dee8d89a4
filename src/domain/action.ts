import type { Instant } from "./time.ts";

/** Who decides: a person in the console, whoever has an API key, somebody at the command line, the app that we are part of. */
export const actorKinds = ["person", "key", "command", "library"] as const;
export type ActorKind = (typeof actorKinds)[number];

/** Who acts. Names of different kinds never meet: a person and a key may be called the same. */
export interface Actor {
  readonly kind: ActorKind;
  readonly name: string;
  /** `null`: none was needed. */
  readonly role: string | null;
  readonly requestId: string | null;
  /** A keyed hash of the address it came from; the address itself is kept nowhere. */
  readonly address: string | null;
  /** Of the form that was sent. */
  readonly formId: string | null;
}

export const actionNames = [
  "discrepancy.resolve",
  "discrepancy.note",
  "discrepancy.assign",
  "recovery.write_off",
  "wallet.grant",
  "wallet.debit",
  "entry.reverse",
  "limit.set",
  "limit.remove",
  "customer.link",
  "charge.rebook",
  "charge.assign",
  "event.retry",
  "event.dismiss",
  "event.undismiss",
  "event.read_body",
  "message.retry",
  "statement.import",
  "statement.dismiss",
  "statement.undismiss",
  "reconciliation.start",
  "audit.run",
  "session.sign_in",
  "session.sign_out",
  "session.refuse",
  "form.refuse",
] as const;
export type ActionName = (typeof actionNames)[number];

/** What was refused is kept for a shorter time, and not all of it. */
export const refusals = ["session.refuse", "form.refuse"] as const satisfies readonly ActionName[];

/** What somebody did, to what, and why. */
export interface Deed {
  readonly action: ActionName;
  /** What it was done to, by its id: a wallet, an event. */
  readonly subject: string | null;
  readonly reason: string | null;
  /** In strings, what was different before and after. */
  readonly before: Readonly<Record<string, string>> | null;
  readonly after: Readonly<Record<string, string>> | null;
}

/** One line of the trail. Never changed; its address is forgotten in time. */
export interface Action extends Deed, Actor {
  readonly id: string;
  readonly at: Instant;
}
