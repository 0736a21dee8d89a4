import type { Charge } from "../charge/charge.ts";
import type { Movement } from "../charge/movement.ts";
import type { Amount } from "../money.ts";
import type { InBooks } from "./books-start.ts";
import type { Balances } from "./journal.ts";
import type { Settled } from "./settled.ts";

/** How one way of selling is booked. Each part adds to the target what balances by itself. */
export interface Template {
  /** A document that has settled. */
  document(charge: Charge, target: Balances, inBooks: InBooks): void;
  /** What was collected for a document that has not settled. */
  collected(charge: Charge, target: Balances, inBooks: InBooks): void;
  movement(charge: Charge, movement: Movement, target: Balances, isSettled: boolean): void;
  /** What a movement that was undone has left behind. */
  undone(charge: Charge, movement: Movement, target: Balances): void;
  /** What the provider settles with us for the document, and for a movement; `null` until it is stated. */
  settled(charge: Charge): Settled | null;
  movementSettled(charge: Charge, movement: Movement): Settled | null;
  /** What of the tax in a movement goes back. */
  taxBack(movement: Movement): Amount;
}
