import { z } from "zod";
import type { WalletId } from "../domain/ids.ts";
import { bookedLine, bookedLines } from "../services/documents/wallet.ts";
import type { Services } from "../services/services.ts";
import { debitByHand, grantByHand, writeOffRecovery } from "../services/spending/book-by-hand.ts";
import { moment, positiveAmount, reason } from "./kit/fields.ts";
import { type Operation, writing } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";
import { unknownWallet } from "./wallets.ts";

const priority = z.int().min(-1_000_000).max(1_000_000);

const grantBody = z.strictObject({
  amount: positiveAmount,
  kind: z.enum(["promo", "paid"]),
  reason,
  expires_at: moment.nullable().default(null),
  priority: priority.default(0),
  /** Where paid value was paid: to the bank, or before these books began. */
  source: z.enum(["bank", "opening"]).default("bank"),
});

const debitBody = z.strictObject({ amount: positiveAmount, reason });

/** What a person books: always with a reason, and a key that keeps it from being booked twice. */
export function byHandOperations(services: Services): Operation[] {
  const byHand = {
    roles: ["finance"],
    idempotencyKey: "required",
    status: 201,
    problems: ["not_found"],
  } as const;
  return [
    writing(
      "/wallets/:id/grants",
      { ...byHand, summary: "Gives a wallet a lot of its own", body: grantBody, answers: bookedLine },
      async ({ id, body: { expires_at: expiresAt, ...terms }, once }) =>
        booked(await grantByHand(once(services), { walletId: id as WalletId, expiresAt, ...terms })),
    ),

    writing(
      "/wallets/:id/debits",
      {
        ...byHand,
        summary: "Lowers a wallet as far as value is available; what is not is uncovered",
        body: debitBody,
        answers: bookedLine,
      },
      async ({ id, body, once }) =>
        booked(await debitByHand(once(services), { walletId: id as WalletId, ...body })),
    ),

    writing(
      "/wallets/:id/recovery/write-off",
      {
        ...byHand,
        summary: "Forgives what later top-ups would repay, the oldest first",
        body: debitBody,
        answers: bookedLines,
        problems: ["not_found", "exceeds_recovery"],
      },
      async ({ id, body, once }) =>
        writtenOff(await writeOffRecovery(once(services), { walletId: id as WalletId, ...body })),
    ),
  ];
}

type ByHand = Awaited<ReturnType<typeof grantByHand>>;

function booked(result: ByHand) {
  switch (result.kind) {
    case "booked":
      return result.line;
    case "wallet_unknown":
      throw unknownWallet();
    case "amount_invalid":
      throw amountInvalid();
    case "expires_at_past":
      throw new HttpProblem("body_invalid", "expires_at: must be in the future.");
    default:
      return result satisfies never;
  }
}

function writtenOff(result: Awaited<ReturnType<typeof writeOffRecovery>>) {
  switch (result.kind) {
    case "written_off":
      return { data: result.lines };
    case "wallet_unknown":
      throw unknownWallet();
    case "amount_invalid":
      throw amountInvalid();
    case "exceeds_recovery":
      throw new HttpProblem("exceeds_recovery", `Only ${result.recovery} is to be recovered.`);
    default:
      return result satisfies never;
  }
}

const amountInvalid = () => new HttpProblem("body_invalid", "amount: the wallet cannot hold so much.");
