/**
 * What an app that uses the library may catch. This file imports nothing: on a Node that is too old it is loaded too.
 */

/** `code` is stable, for programs; the message is for people, and says what was wrong in the words of who is told. */
export abstract class TallyhookError extends Error {
  abstract readonly code: string;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** This Node cannot run Tallyhook. */
export class NodeTooOld extends TallyhookError {
  readonly code = "node_too_old";
}

export interface Mistake {
  /** The variable, or the library's option. */
  readonly name: string;
  /**
   * Stable, for programs. `missing`: it is needed; `unknown`: there is no such name, and the nearest is said; `wrong_kind`: a secret
   * that is recognisably another; `unavailable`: the value may be right, but what it names cannot be used now (a database that
   * is down, a port that is taken), and the same start may succeed later; `invalid`: whatever else.
   */
  readonly code: "missing" | "unknown" | "wrong_kind" | "unavailable" | "invalid";
  /** What is wrong, for people; never a secret. */
  readonly problem: string;
}

/** Stops the start. Its message has one line per mistake and never a secret. */
export class ConfigurationError extends TallyhookError {
  readonly code = "configuration_invalid";
  readonly mistakes: readonly Mistake[];
  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(({ name, problem }) => `${name}: ${problem}`).join("\n"));
    this.mistakes = mistakes;
  }
}

/** What was asked is wrong, and would be so again; `code` is the API's where the API has one. */
export class RefusedInput extends TallyhookError {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** … of a wallet. */
export class SpendingRefused extends RefusedInput {
  declare readonly code: SpendingRefusal;
  constructor(code: SpendingRefusal, message: string = refusals[code]) {
    super(code, message);
  }
}

export type SpendingRefusal = keyof typeof refusals;

const refusals = {
  request_invalid: "must be one object",
  option_unknown: "there is no such option",
  owner_invalid: "owner: must be a text of 1 to 1000 characters",
  currency_invalid: "currency: must be a currency in capitals, such as USD",
  id_invalid: "id: must be 1 to 255 printable characters, without spaces",
  id_reserved: "id: wallets give such ids to what they do themselves",
  id_used_for_other_content: "id: this wallet used it for another meter, quantity, member or time",
  meter_invalid: "meter: must be a text of 1 to 200 characters",
  member_invalid: "member: must be 1 to 255 printable characters, without spaces",
  unknown_meter: "meter: the policy has no such meter",
  meter_required: "quantity: the hold is for an amount; settle it with an amount",
  no_price: "meter: has no price in this currency now",
  quantity_invalid:
    "quantity: must be a decimal string or a safe integer, 0 or more, with at most 12 decimals",
  cost_out_of_range: "quantity: so much cannot be paid for",
  amount_invalid:
    "amount: must be a bigint of minor units that fits into 64 bits, not negative; where value is held or booked, more than 0",
  value_ambiguous: "amount: give either a quantity of a meter or an amount, not both",
  occurred_at_invalid: "occurredAt: must be a Date or an RFC 3339 time, such as 2026-01-31T12:00:00Z",
  time_invalid: "must be a Date or an RFC 3339 time, such as 2026-01-31T12:00:00Z",
  expires_at_invalid: "expiresAt: must be a Date or an RFC 3339 time in the future, or null",
  limit_invalid: "limit: must be a whole number from 1 to 200",
  cursor_invalid: "cursor: give the nextCursor of the page before, of the same list",
  reason_invalid: "reason: must be a text of 1 to 500 characters; people ask, years later, why",
  kind_invalid: "kind: must be promo or paid",
  source_invalid: "source: must be bank or opening",
  priority_invalid: "priority: must be a whole number from -1000000 to 1000000",
  idempotency_key_invalid: "idempotencyKey: must be 1 to 255 printable ASCII characters",
  idempotency_conflict:
    "idempotencyKey: was used for something else, or by another wallet: keys count in the whole database, so let them contain the customer",
  unknown_usage: "id: this wallet has no such usage",
  unknown_entry: "entryId: this wallet has no such entry",
  already_reversed: "entryId: it was reversed before",
  not_reversible: "only usage, and a grant or debit by hand, is undone like this",
  nothing_left: "entryId: all of the grant is spent, held or expired",
  exceeds_recovery: "amount: there is less to be recovered",
  expires_in_invalid: "expiresIn: must be a whole number of seconds from 1 to 86400",
  unknown_wallet: "owner: has no such wallet",
  currency_required: "currency: more than one is possible",
  currency_mismatch: "currency: the wallet is of another one",
  limit_elsewhere: "id: the limit of this id is of another owner or currency",
  too_many_limits: "id: the wallet has as many limits as it can have",
  unknown_limit: "id: this owner has no such limit",
  hold_unknown: "there is no such hold",
  hold_closed:
    "the hold was settled (with another value), or released: it is neither released nor settled again",
} as const;

/** The database does not answer, or is not fast enough for what is asked of it; the same may succeed later. */
export class StorageUnavailable extends TallyhookError {
  readonly code = "storage_unavailable";
}

/** It was asked after `close()`. */
export class Closed extends TallyhookError {
  readonly code = "closed";
}
