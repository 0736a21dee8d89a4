import { compose, sayStarted, whileAvailable } from "../tallyhook.ts";
import { command, exitCode, jsonOption, readConfiguration, UsageError } from "./kit/command.ts";
import { print, printJson, quietLog } from "./kit/output.ts";
import { stopOf, whileNotStopped } from "./kit/signals.ts";

export const workCommand = command({
  description:
    "Does what is due, for servers that only receive and answer (WORKERS=off): tries failed events again, expires holds and lots, " +
    "sends the outbox, performs reconciliations. Until it is told to stop, or with --once one round, for cron: it ends when nothing is " +
    "left, with 2 if its time was over before or something failed. Any number may run at once, beside servers that work.",
  options: {
    once: { type: "boolean", says: "do one round, and end" },
    seconds: { type: "string", takes: "N", says: "how long a round may take", default: "60" },
    json: jsonOption,
  },
  async run({ once, seconds, json }) {
    const most = readSeconds(seconds);
    const config = readConfiguration();
    const tallyhook = await compose(config, once ? { logger: quietLog() } : {});
    try {
      if (!once) {
        tallyhook.work();
        sayStarted(tallyhook.services, {});
        await whileNotStopped(stopOf);
        return exitCode.right;
      }
      const { complete, failed, ...done } = await whileAvailable(tallyhook.services.store, () =>
        tallyhook.runDue({ seconds: most }),
      );
      if (json) printJson({ complete, failed, ...done });
      else
        print(
          `Tried ${done.events} events, expired value of ${done.expired} wallets, sent ${done.messages} messages.`,
        );
      if (!complete && !json)
        print(failed.length === 0 ? "Its time is over; there may be more." : `Failed: ${failed.join(", ")}.`);
      return complete ? exitCode.right : exitCode.incomplete;
    } finally {
      await tallyhook.close();
    }
  },
});

function readSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 86_400) return Number(text);
  throw new UsageError("--seconds must be a whole number from 1 to 86400.");
}
