/**
 * Whose fault an error of the database is. That alone decides what an event's sender hears: what is wrong with the work
 * itself is written down and answered 200, everything else is answered 503 and sent again.
 *
 * - `work`: what was asked for; its neighbours can be stored.
 * - `part`: a part of the database is not as it should be (a table that another version changed, a damaged page). Whoever
 *   needs it cannot be stored now, others can.
 * - `database`: the database, or the way to it. No other work would fare better now.
 */
export interface Fault {
  readonly of: "work" | "part" | "database";
  /** Whether the same work may succeed if it is tried again at once. */
  readonly again?: true;
  /** Whether the connections that were made before are not to be used any more. */
  readonly renew?: true;
  /** Whether the database can be read and not be written. */
  readonly refusesWrites?: true;
  /** Whether it stays until a person mends what was configured. At start, everything else of the database passes without one. */
  readonly mistake?: true;
}

/** The database's own name for what happened, and what we make of it. */
export type Faults = Readonly<Record<string, Fault & { readonly is: string }>>;

export const ofTheWork: Fault = { of: "work" };

/** By the longest beginning of `code` that is listed: `08` stands for all of its class, `08006` for itself. */
export function faultNamed(faults: Faults, code: string): Fault {
  for (let length = code.length; length > 0; length -= 1) {
    const name = code.slice(0, length);
    if (Object.hasOwn(faults, name)) return faults[name] ?? ofTheWork;
  }
  return ofTheWork;
}

/** Whether whoever starts again later, with the same configuration, may find the database as it should be. */
export const mayPass = ({ of, mistake }: Fault): boolean => of === "database" && mistake !== true;

/** The `code` of an error. Not `instanceof`: it may come from another copy of the driver. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
