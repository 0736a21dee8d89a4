import type { Config } from "../config.ts";
import { ConfigurationError, type Mistake } from "../domain/errors.ts";
import { type Composition, compose, sayMode } from "../tallyhook.ts";
import { command, exitCode, readConfiguration } from "./kit/command.ts";
import { print } from "./kit/output.ts";
import { stopOf, whileNotStopped } from "./kit/signals.ts";

export const serveCommand = command({
  description:
    "Takes webhooks and serves the API on HOST and PORT until it is told to stop (SIGTERM, SIGINT); what was begun is finished " +
    'first. Says "listening on http://…" once it is ready. Migrations run at start, unless MIGRATE=off.',
  async run() {
    const config = readConfiguration();
    const tallyhook = await compose(config);
    return whileNotStopped(async (stopping) => {
      const server = await listen(tallyhook, config);
      print(`listening on ${server.url}`);
      sayMode(tallyhook.services);
      const signal = await stopOf(stopping);
      tallyhook.services.log.info({ signal }, "Stopping: what was begun is finished first.");
      await server.stop();
      await tallyhook.close();
      return exitCode.right;
    });
  },
});

/** What keeps a server from listening, by the variable that mends it. */
const addressMistakes: Readonly<Record<string, (config: Config) => Mistake>> = {
  EADDRINUSE: ({ port }) => ({
    name: "PORT",
    code: "unavailable",
    problem: `${port} is taken by another process`,
  }),
  EACCES: ({ port }) => ({ name: "PORT", code: "invalid", problem: `${port} is not open to this user` }),
  // The network, or who knows its names, may come up after us.
  EADDRNOTAVAIL: ({ host }) => ({
    name: "HOST",
    code: "unavailable",
    problem: `${host} is no address of this machine`,
  }),
  EAI_AGAIN: ({ host }) => ({ name: "HOST", code: "unavailable", problem: `${host} cannot be resolved now` }),
  ENOTFOUND: ({ host }) => ({ name: "HOST", code: "invalid", problem: `${host} cannot be resolved` }),
};

async function listen(tallyhook: Composition, config: Config) {
  try {
    return await tallyhook.listen();
  } catch (error) {
    await tallyhook.close();
    const mistake = addressMistakes[(error as NodeJS.ErrnoException).code ?? ""];
    throw mistake === undefined ? error : new ConfigurationError([mistake(config)]);
  }
}
