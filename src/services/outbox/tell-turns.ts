import type { Message, MessageType } from "../../domain/books.ts";
import { messageId, type Source } from "../../domain/ids.ts";
import { formatInstant, type Instant } from "../../domain/time.ts";
import { pacesOf } from "../inbox/silence.ts";
import { startWorker, type Worker } from "../kit/worker.ts";
import { readOverviewAccounts } from "../reconciling/read-overview.ts";
import type { Services } from "../services.ts";

/** Looks again and again, until it is stopped. */
export function startTellingTurns(
  services: Services,
  options: { readonly everyMilliseconds: number },
): Worker {
  return startWorker(async () => {
    await tellTurns(services).catch((error: unknown) => {
      services.log.error({ error: String(error) }, "What has turned could not be told.");
    });
  }, options);
}

/**
 * Tells the app where an account's verdict has turned since that was looked at last, and where a provider fell silent, or
 * delivers again. Gives how much was told.
 */
export async function tellTurns(services: Services): Promise<number> {
  const { store, clock } = services;
  const at = clock.now();
  let told = 0;
  const tell = async (about: Told) => {
    if (await store.tellTurn({ name: about.name, state: about.state, at, messageAfter: about.messageAfter }))
      told += 1;
  };
  for (const { provider, account, verdict } of await readOverviewAccounts(services))
    await tell(verdictTold({ provider, account }, verdict, at));
  for (const pace of await pacesOf(store.read, at)) await tell(silenceTold(pace, at));
  return told;
}

interface Told {
  readonly name: string;
  readonly state: string;
  messageAfter(before: string | null): Message | null;
}

type Verdict = Awaited<ReturnType<typeof readOverviewAccounts>>[number]["verdict"];

/** What it was at first is no turn. */
function verdictTold(
  { provider, account }: Source,
  { state, open, agreesUntil }: Verdict,
  at: Instant,
): Told {
  const name = `verdict ${provider}:${account}`;
  return {
    name,
    state,
    messageAfter: (before) =>
      before === null
        ? null
        : message("verdict.turned", name, at, {
            provider,
            account,
            before,
            state,
            open: open.count,
            agrees_until: agreesUntil === null ? null : formatInstant(agreesUntil),
          }),
  };
}

function silenceTold(
  { provider, account, lastReceivedAt, isSilent }: Awaited<ReturnType<typeof pacesOf>>[number],
  at: Instant,
): Told {
  const name = `pace ${provider}:${account}`;
  return {
    name,
    state: isSilent ? "silent" : "delivers",
    messageAfter: (before) =>
      !isSilent && before === null
        ? null
        : message("provider.silent", name, at, {
            provider,
            account,
            silent: isSilent,
            last_received_at: formatInstant(lastReceivedAt),
          }),
  };
}

function message(type: MessageType, about: string, at: Instant, data: Message["data"]): Message {
  return {
    id: messageId(type, about, at.toString()),
    type,
    walletId: null,
    fromSeq: null,
    seq: null,
    chargeId: null,
    data,
    createdAt: at,
  };
}
