import { type Body, creditNoteBody, type Shape } from "./stripe-invoice-bodies.ts";
import { type Row, rowBody } from "./stripe-payment-bodies.ts";
import type { NotePlan } from "./stripe-plans.ts";

/** Something Stripe would tell, in whichever shape an endpoint asks for. */
export interface Told {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  /** The only shape in which it says what it must say. */
  readonly only: Shape | null;
  readonly body: (shape: Shape) => Body;
}

/** Tells what happens, in order. Two events in three share their second with the one before; the third comes `pace` seconds later. */
export class Narrator {
  readonly told: Told[] = [];
  readonly #pace: number;
  #clock = 1_767_225_600;
  #sequence = 0;

  constructor(pace: number) {
    this.#pace = pace;
  }

  get now(): number {
    return this.#clock;
  }

  /** A number that no other object has. */
  next(): number {
    this.#sequence += 1;
    if (this.#sequence % 3 === 0) this.#clock += this.#pace;
    return this.#sequence;
  }

  say(type: string, body: (shape: Shape) => Body, only: Shape | null = null): void {
    const id = `evt_${String(this.next()).padStart(4, "0")}`;
    this.told.push({ id, type, created: this.#clock, only, body });
  }

  /** A row of the balance comes from an import, under a key of its own. */
  import(row: Row): void {
    const body = () => rowBody(row);
    const type = "balance_transaction.created";
    this.told.push({ id: `bt:${row.id}`, type, created: row.created, only: null, body });
  }
}

export interface Noted {
  readonly invoice: string;
  readonly customer: string;
  readonly tax: number;
  readonly total: number;
}

/** Tells of a note over so much, with tax in proportion; its tax. */
export function creditNote(
  narrator: Narrator,
  { invoice, customer, tax: whole, total }: Noted,
  amount: number,
  to: "invoice" | NotePlan["to"] | { readonly refund: string },
  voided = false,
): bigint {
  // Lines that credit unused time without tax can leave less than the tax as the total.
  const tax = total > 0 ? Math.min(Math.floor((whole * amount) / total), amount) : 0;
  const note = { id: `cn_${narrator.next()}`, invoice, customer, amount, tax, to, created: narrator.now };
  narrator.say("credit_note.created", (shape) => creditNoteBody({ ...note, status: "issued" }, shape));
  if (voided)
    narrator.say("credit_note.voided", (shape) => creditNoteBody({ ...note, status: "void" }, shape));
  return BigInt(tax);
}
