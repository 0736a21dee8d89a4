import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { policySchema } from "../services/charges/read-policy.ts";
import { eventsToSubscribe } from "../tallyhook.ts";
import { command, exitCode, jsonOption, UsageError } from "./kit/command.ts";
import { print, printJson } from "./kit/output.ts";

export const initCommand = command({
  description:
    "Writes what an installation begins with into this folder: .env with random keys, readable by you alone, policy.json, and " +
    "its schema for editors. Says what is to be set at the providers. A file that is there is left as it is.",
  options: { json: jsonOption },
  async run({ json }) {
    const written: string[] = [];
    const kept: string[] = [];
    for (const [name, text] of Object.entries(files())) (writeNew(name, text) ? written : kept).push(name);
    if (json) printJson({ written, kept });
    else
      print([...written.map((name) => `Wrote ${name}.`), ...kept.map(leftAlone), "", whatNext()].join("\n"));
    return exitCode.right;
  },
});

const leftAlone = (name: string): string => `${name} is there already, and was left as it is.`;

/** @throws UsageError if this folder cannot be written into */
function writeNew(name: string, text: string): boolean {
  try {
    writeFileSync(name, text, { flag: "wx", mode: name === ".env" ? 0o600 : 0o644 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    throw new UsageError(`${name} cannot be written here (${code}).`);
  }
}

function files(): Readonly<Record<string, string>> {
  return {
    ".env": environmentFile(),
    "policy.json": `${JSON.stringify(firstPolicy, null, 2)}\n`,
    "policy.schema.json": `${JSON.stringify(policySchema(), null, 2)}\n`,
  };
}

/** What everybody has anyway, said, and a meter to begin with. */
const firstPolicy = {
  $schema: "./policy.schema.json",
  rules: [],
  default: { effect: "top_up", basis: "grand_total" },
  meters: [{ key: "tokens", prices: { USD: "0.05", EUR: "0.05" } }],
};

const secret = (): string => randomBytes(24).toString("base64url");

/** As `.env.example` has it, with keys of its own; what needs something from elsewhere is left to be filled in. */
function environmentFile(): string {
  return `# What every line means, and all others there are: .env.example in the package, or docs/operations.md.

DATABASE_URL=sqlite:./data/tallyhook.db
POLICY_FILE=./policy.json

# What wallets' ids are made with. Keep it with your backups: books that are made anew from the events have the same ids then.
INSTALLATION_KEY=${secret()}

# Where this is reached from outside, without /webhooks/…: doctor holds against it where the providers send, and links begin with it.
# PUBLIC_URL=https://billing.example.com

# From the providers, once a destination was made there. "tallyhook init" says how.
PADDLE_WEBHOOK_SECRET=
STRIPE_WEBHOOK_SECRET=

# For backfill and reconcile: what was never delivered is asked for, once an hour.
PADDLE_API_KEY=
STRIPE_API_KEY=
BACKFILL_EVERY_MINUTES=60

# "test" parks events of real sales; say "live" in production.
MODE=test

# Of your app, and of finance, for /v1. Made here a moment ago; nobody else has them.
API_KEYS=app:app:${secret()},finance:finance:${secret()}
METRICS_KEY=${secret()}

# Signs what your app gives to its own pages, so that they may read one owner's balance and statement.
TOKEN_SECRET=${secret()}

# Who may sign in to /console. "tallyhook hash-password" makes of a password what can stand here in its place.
CONSOLE_USERS=me:finance:${randomBytes(12).toString("base64url")}

# Where the app hears of balances. The secret is made; the address is yours to fill in.
OUTBOX_URL=
# OUTBOX_SECRET=whsec_${randomBytes(32).toString("base64")}
`;
}

/** As whoever called it calls the others: a script of a clone says so to what it runs. */
const caller = (): string =>
  process.env.npm_lifecycle_event === "tallyhook" ? "npm run -s tallyhook --" : "npx tallyhook";

function whatNext(): string {
  const tallyhook = caller();
  const [paddle, stripe] = [eventsToSubscribe("paddle"), eventsToSubscribe("stripe")];
  return `At Paddle (Developer tools, Notifications): a new destination to https://<your address>/webhooks/paddle, with the
${paddle.length} events that "${tallyhook} events paddle" lists. Its secret key (pdl_ntfset_…) is PADDLE_WEBHOOK_SECRET in .env.

At Stripe (Developers, Webhooks): a new destination to https://<your address>/webhooks/stripe, either payload style
(thin needs STRIPE_API_KEY), with the ${stripe.length} events that "${tallyhook} events stripe" lists. Its signing secret (whsec_…) is STRIPE_WEBHOOK_SECRET.
On a laptop "stripe listen --forward-to localhost:8787/webhooks/stripe" prints one instead.

Then: "${tallyhook} serve", and beside it "${tallyhook} doctor", which says what is missing. /console is where
people look; who may sign in, and by which password, stands in .env.`;
}
