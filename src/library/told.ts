import { linkAnswer } from "../http/customers.ts";
import { type DescribedMessage, messages } from "../http/messages.ts";
import { auditAnswer } from "../services/documents/audit.ts";
import { backfillAnswer } from "../services/documents/backfill.ts";
import { explainedLot, explanationAnswer } from "../services/documents/explanation.ts";
import { limitAnswer } from "../services/documents/limit.ts";
import { quoteAnswer } from "../services/documents/quote.ts";
import { rebookAnswer } from "../services/documents/rebook.ts";
import { tokenAnswer } from "../services/documents/token.ts";
import { usageSumAnswer } from "../services/documents/usage-report.ts";
import { bookedLine } from "../services/documents/wallet.ts";
import { chargeNoun } from "../store/charges/nouns/charge.ts";
import type { Tellable } from "../store/described/field.ts";
import { runNoun } from "../store/reconciling/nouns/run.ts";
import { holdNoun } from "../store/wallets/nouns/hold.ts";
import { lotNoun } from "../store/wallets/nouns/lot.ts";
import { usageNoun } from "../store/wallets/nouns/usage.ts";
import { walletNoun } from "../store/wallets/nouns/wallet.ts";
import { walletLineNoun } from "../store/wallets/nouns/wallet-line.ts";

/** Whatever the library answers with: answers.ts has a type for each. */
export const answers: readonly Tellable<never>[] = [
  walletNoun,
  walletLineNoun,
  lotNoun,
  holdNoun,
  usageNoun,
  explanationAnswer,
  explainedLot,
  bookedLine,
  quoteAnswer,
  limitAnswer,
  tokenAnswer,
  usageSumAnswer,
  chargeNoun,
  linkAnswer,
  backfillAnswer,
  runNoun,
  auditAnswer,
  rebookAnswer,
];

/** … and whatever it tells of by itself. */
export const messageAnswers: readonly DescribedMessage[] = messages;
