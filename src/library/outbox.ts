import { setTimeout as sleep } from "node:timers/promises";
import { formatInstant, toUnixMilliseconds } from "../domain/time.ts";
import { linkAnswer } from "../http/customers.ts";
import { type DescribedMessage, messages } from "../http/messages.ts";
import { auditAnswer } from "../services/documents/audit.ts";
import { backfillAnswer } from "../services/documents/backfill.ts";
import { rebookAnswer } from "../services/documents/rebook.ts";
import { tokenAnswer } from "../services/documents/token.ts";
import { quoteAnswer } from "../services/documents/usage.ts";
import { usageSumAnswer } from "../services/documents/usage-report.ts";
import { bookedLine, explainedLot, explanationAnswer, limitAnswer } from "../services/documents/wallet.ts";
import type { Sender, SentMessage } from "../services/outbox/send-message.ts";
import { chargeNoun } from "../store/charges/nouns/charge.ts";
import type { Tellable } from "../store/described/field.ts";
import { runNoun } from "../store/reconciling/nouns/run.ts";
import { holdNoun, usageNoun } from "../store/wallets/nouns/spending.ts";
import { lotNoun, walletLineNoun, walletNoun } from "../store/wallets/nouns/wallet.ts";
import { type Answer, readAs, withJson } from "./answer.ts";
import type { OutboxData } from "./answers.ts";

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

/**
 * What your app is told. `id` is the same each time a message is delivered; as JSON it is what is posted to a URL.
 * `data.seq` of `wallet.…` rises by one with each line of the wallet's statement.
 */
export type OutboxMessage = {
  [Type in keyof OutboxData]: Answer & {
    readonly id: string;
    readonly type: Type;
    readonly timestamp: Date;
    readonly data: OutboxData[Type];
  };
}[keyof OutboxData];

/**
 * Takes messages in the process that works: each at least once, those of one wallet in order and one after the other. If it throws,
 * rejects or takes longer than a minute, the message is delivered again later, for three days.
 */
export type OutboxFunction = (message: OutboxMessage) => unknown;

/** Far shorter than the lease of a message: two processes never deliver one at once. */
const patienceMilliseconds = 60_000;

/** Sends messages to a function of the app's. */
export function functionSender(take: OutboxFunction): Sender {
  return {
    send: async (message) => {
      const done = new AbortController();
      const tooLate = sleep(patienceMilliseconds, "timed_out", { signal: done.signal, ref: false });
      try {
        const taken = (async () => {
          await take(messageOf(message));
          return null;
        })();
        const problem = await Promise.race([taken, tooLate]);
        return problem === null ? { kind: "accepted" } : { kind: "refused", error: problem };
      } catch (error) {
        return { kind: "refused", error: `rejected ${nameOf(error)}` };
      } finally {
        tooLate.catch(() => {});
        done.abort();
      }
    },
    close: () => {},
  };
}

/** No more than its kind: its message may have a secret in it. */
function nameOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  return String(code ?? name ?? typeof error).slice(0, 100);
}

function messageOf({ id, type, data, createdAt }: SentMessage): OutboxMessage {
  const document: unknown = JSON.parse(data);
  const schema = messageAnswers.find((message) => message.type === type)?.data ?? {};
  const timestamp = new Date(toUnixMilliseconds(createdAt));
  return withJson({ id, type, timestamp, data: readAs(schema, document) }, () => ({
    type,
    timestamp: formatInstant(createdAt),
    data: document,
  })) as OutboxMessage;
}
