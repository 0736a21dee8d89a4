import type { KnownCommand, KnownCommands } from "./kit/command.ts";

/** In the order, and under the headings, in which help lists them. */
const groups: Readonly<
  Record<string, readonly (readonly [name: string, summary: string, load: KnownCommand["load"]])[]>
> = {
  "Run it:": [
    [
      "init",
      "writes a .env with random keys, and a policy.json, to begin with",
      async () => (await import("./init.ts")).initCommand,
    ],
    [
      "serve",
      "takes webhooks and serves the API until it is told to stop",
      async () => (await import("./serve.ts")).serveCommand,
    ],
    [
      "work",
      "does what is due, for servers that only receive and answer",
      async () => (await import("./work.ts")).workCommand,
    ],
    [
      "migrate",
      "brings the database's schema up to date",
      async () => (await import("./migrate.ts")).migrateCommand,
    ],
    [
      "hash-password",
      "makes of a password what CONSOLE_USERS takes in its place",
      async () => (await import("./hash-password.ts")).hashPasswordCommand,
    ],
    [
      "doctor",
      "says what is wrong, and how this installation stands",
      async () => (await import("./doctor.ts")).doctorCommand,
    ],
    [
      "events",
      "says which events to subscribe to at a provider",
      async () => (await import("./events.ts")).eventsCommand,
    ],
  ],
  "Keep the books right:": [
    [
      "backfill",
      "asks the providers for what they never delivered",
      async () => (await import("./backfill.ts")).backfillCommand,
    ],
    [
      "import",
      "reads in a report that was downloaded from a provider",
      async () => (await import("./import.ts")).importCommand,
    ],
    [
      "reconcile",
      "compares the books with what the providers state",
      async () => (await import("./reconcile.ts")).reconcileCommand,
    ],
    [
      "resolve",
      "settles a discrepancy by a person's word",
      async () => (await import("./resolve.ts")).resolveCommand,
    ],
    [
      "dismiss",
      "says that nothing is to be done about an event or a report",
      async () => (await import("./dismiss.ts")).dismissCommand,
    ],
    [
      "assign",
      "says whose a charge is whose customer nobody knows",
      async () => (await import("./assign.ts")).assignCommand,
    ],
    [
      "rebook",
      "shows, or posts, what another policy would change",
      async () => (await import("./rebook.ts")).rebookCommand,
    ],
  ],
  "Look into them:": [
    [
      "audit",
      "derives everything anew, and says what differs",
      async () => (await import("./audit.ts")).auditCommand,
    ],
    ["export", "writes a file for finance", async () => (await import("./export.ts")).exportCommand],
    [
      "tail",
      "shows events as they arrive, and what became of them",
      async () => (await import("./tail.ts")).tailCommand,
    ],
  ],
  "Develop with it:": [
    [
      "demo",
      "shows what it does, on recorded events or a simulated company",
      async () => (await import("./demo.ts")).demoCommand,
    ],
    [
      "replay",
      "posts recorded events, and compares what they lead to",
      async () => (await import("./replay.ts")).replayCommand,
    ],
    [
      "record",
      "saves what arrived as fixtures, without personal data if asked",
      async () => (await import("./record.ts")).recordCommand,
    ],
    [
      "sign",
      "signs a body as its provider would, and prints a curl",
      async () => (await import("./sign.ts")).signCommand,
    ],
    [
      "schema",
      "prints the JSON schema of a policy file",
      async () => (await import("./schema.ts")).schemaCommand,
    ],
    [
      "simulate",
      "makes up months of a company's business, to test with",
      async () => (await import("./simulate.ts")).simulateCommand,
    ],
    [
      "completion",
      "prints what makes bash or zsh complete these words",
      async () => (await import("./kit/completion.ts")).completionCommand,
    ],
  ],
};

export const commands: KnownCommands = new Map(
  Object.entries(groups).flatMap(([group, all]) =>
    all.map(([name, summary, load]) => [name, { group, summary, load }] as const),
  ),
);
