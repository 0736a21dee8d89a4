import type { Movement } from "../../../domain/charge/movement.ts";
import {
  type LinkedMovement,
  type MovementKind,
  type MovementLine,
  type MovementPayoutTotals,
  type MovementStatus,
  movementKinds,
} from "../../../domain/facts/facts.ts";
import type { ChargeId, MovementId } from "../../../domain/ids.ts";
import {
  amount,
  flag,
  kept,
  list,
  object,
  oneOf,
  ownNumber,
  reference,
  rest,
  text,
  textOf,
  time,
  yes,
} from "../../described/field.ts";
import { described, part } from "../../described/noun.ts";
import { balanceRow } from "../../inbox/nouns/fact.ts";
import type { MovementView } from "../read/charge-view.ts";
import { settlement } from "./settlement.ts";

const movementLine = part<MovementLine>()(
  "MovementLine",
  "What of a movement belongs to one line of its charge.",
  () => ({ lineRef: text, amount, tax: amount.untold }),
);

const originalFee = part<NonNullable<MovementPayoutTotals["disputeFeeOriginal"]>>()(
  "OriginalFee",
  "A dispute's fee in the currency of the card scheme.",
  () => ({ amount, currency: text }),
);

const payoutTotals = part<MovementPayoutTotals>()("PayoutTotals", "As the provider converted it.", () => ({
  currency: text,
  subtotal: amount,
  tax: amount,
  total: amount,
  fee: amount.nullable,
  earnings: amount.nullable,
  retainedFee: amount.nullable,
  disputeFee: amount.nullable,
  disputeFeeOriginal: kept(originalFee).nullable,
}));

const linkedMovement = part<LinkedMovement>()("LinkedMovement", "Of an object of its own.", () => ({
  disputeRef: text.nullable,
  outside: flag,
  row: kept(balanceRow).nullable,
  part: text.nullable,
  estimated: flag,
  endsExchange: flag,
  undoneRow: kept(balanceRow).nullable,
  providerSells: yes.optional,
}));

export const movementNoun = described<Movement, MovementView>(({ movement }) => movement)(
  "Movement",
  "Money or credit going the other way on a charge. Amounts are positive in its own direction.",
  (from, fromView) => ({
    no: from(ownNumber, ({ id }) => id),
    id: textOf<MovementId>("mov_adj_01hv8m0xq6~paddle"),
    provider: fromView(text, ({ provider }) => provider),
    ref: text,
    kind: oneOf<MovementKind>(movementKinds),
    status: textOf<MovementStatus>(),
    effective: flag.about("Whether money or credit has really moved."),
    warning: flag,
    toCustomerBalance: flag.nullable.untold,
    chargeId: reference<ChargeId>("chg_txn_01hv8m0xq5~paddle"),
    currency: text,
    amount,
    subtotal: amount.inRest(0).untold,
    tax: amount.inRest(1).untold,
    taxBack: fromView(
      amount.about("Of the amount, the tax that goes back.").named("tax"),
      ({ taxBack }) => taxBack,
    ),
    fee: amount.nullable.inRest(2),
    earnings: amount.nullable.inRest(3).untold,
    payout: kept(payoutTotals).nullable.inRest(4),
    settlement: fromView(object(settlement).nullable, ({ settled, payoutRef }) =>
      settled === null ? null : { ...settled, payoutRef },
    ),
    takenBack: fromView(
      amount.nullable.about("What it takes back from the wallet; null while its charge has not been seen."),
      ({ takenBack }) => takenBack,
    ),
    uncovered: fromView(
      amount.nullable.about("What of that no value covers now."),
      ({ uncovered }) => uncovered,
    ),
    lines: list(object(movementLine)).inRest(5),
    customerRef: text.nullable.inRest(6).untold,
    reason: text.nullable.inRest(7),
    linked: kept(linkedMovement).nullable.inRest(8),
    occurredAt: time,
    undoneAt: time.nullable.inRest(9).untold,
    rest,
  }),
);
