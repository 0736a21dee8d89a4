import { readFileSync } from "node:fs";
import type { Config } from "../config.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { type OwnProvider, providerNames } from "../domain/ids.ts";
import { systemClock } from "../domain/time.ts";
import { signatureHeader } from "../tallyhook.ts";
import { command, exitCode, jsonOption, readConfiguration, UsageError } from "./kit/command.ts";
import { readUrl } from "./kit/options.ts";
import { print, printJson } from "./kit/output.ts";

export const signCommand = command({
  description: "Signs a body as the provider would, now; prints the header and a curl that posts it.",
  arguments: [
    { takes: "<provider>", says: "whose webhook secret signs", choices: providerNames },
    { takes: "<file>", says: "the body, signed byte for byte" },
  ],
  options: {
    url: {
      type: "string",
      takes: "URL",
      says: "the server that the curl posts to, or an address of webhooks that ends with the provider; else HOST and PORT",
    },
    json: jsonOption,
  },
  async run(values, [provider, file, ...rest]) {
    if (!isProvider(provider))
      throw new UsageError(`The provider must be one of ${providerNames.join(", ")}.`);
    if (file === undefined || rest.length > 0) throw new UsageError("Give one file.");
    const config = readConfiguration();
    const { name, value } = sign(provider, file, config);
    const url =
      addressOf(provider, values.url) ?? `http://${config.host}:${config.port}/webhooks/${provider}`;
    const curl = ["curl", "-sS", url, "-H", `${name}: ${value}`, "--data-binary", `@${file}`]
      .map(quoted)
      .join(" ");
    if (values.json) printJson({ header: name, value, curl });
    else print(`${name}: ${value}\n\n${curl}`);
    return exitCode.right;
  },
});

/** An app takes webhooks wherever it likes: the last segment of a path names the provider. */
function addressOf(provider: OwnProvider, given: string | undefined): string | null {
  const server = readUrl("--url", given);
  if (server === null || given === undefined) return null;
  return new URL(given).pathname.replace(/\/$/, "").endsWith(`/${provider}`)
    ? given
    : `${server}/webhooks/${provider}`;
}

function sign(provider: OwnProvider, file: string, config: Config) {
  const [secret] = config.providers[provider].secrets;
  if (secret === undefined) {
    const name = `${provider.toUpperCase()}_WEBHOOK_SECRET`;
    throw new ConfigurationError([{ name, code: "missing", problem: "is needed to sign with" }]);
  }
  const header = signatureHeader(provider, readBody(file), { secret: secret.secret, at: systemClock.now() });
  if (header === undefined) throw new UsageError(`Bodies of ${provider} cannot be signed here.`);
  return header;
}

function readBody(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function isProvider(text: string | undefined): text is OwnProvider {
  return providerNames.some((name) => name === text);
}

/** A word of a shell command. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
