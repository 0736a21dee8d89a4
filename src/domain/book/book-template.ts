import type { Charge } from "../charge/charge.ts";
import type { Movement } from "../charge/movement.ts";
import type { InBooks } from "./books-start.ts";
import type { Balances } from "./journal.ts";

/** How one way of selling is booked. Each part adds to the target what balances by itself. */
export interface Template {
  /** A document that has settled. */
  document(charge: Charge, target: Balances, inBooks: InBooks): void;
  /** What was collected for a document that has not settled. */
  collected(charge: Charge, target: Balances, inBooks: InBooks): void;
  movement(charge: Charge, movement: Movement, target: Balances, isSettled: boolean): void;
  /** What a movement that was undone has left behind. */
  undone(charge: Charge, movement: Movement, target: Balances): void;
}
