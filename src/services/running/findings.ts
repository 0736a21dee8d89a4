import type { OwnProvider } from "../../domain/ids.ts";
import { setting } from "../../domain/setting.ts";
import { formatInstant } from "../../domain/time.ts";
import type { Destination, UnreadableList } from "../../providers/source.ts";
import type { AskedDestinations, Diagnosis } from "./diagnose.ts";

/** Something that a person should look at: `wrong` is what they can do something about, and its message says what. */
export interface DoctorFinding {
  readonly level: "wrong" | "warning";
  /** A stable code. */
  readonly code: string;
  readonly message: string;
}

export interface Judged {
  readonly mode: string;
  readonly hasSecret: boolean;
  readonly hasApiKey: boolean;
  /** The address that providers are to send to, without the path of their webhooks; `null`: not said. */
  readonly publicUrl: string | null;
  /** Whose money each API key reads, as far as it says so. */
  readonly keys: readonly { readonly provider: OwnProvider; readonly mode: "live" | "test" | undefined }[];
  /** Who may sign in to the console by a password that stands in the configuration as it is. */
  readonly plainPasswordsOf: readonly string[];
}

/** What an account's destinations are held against. */
export type JudgedDestinations = Pick<Judged, "mode" | "publicUrl">;

const second = 1_000_000_000n;
const bearableSkew = 5n * second;
/** Providers send again for three days: what has not come by then will not come by itself. */
const waitsTooLong = 3n * 24n * 3600n * second;

/** What of a diagnosis is wrong or suspicious, the worst first. */
export function doctorFindings(diagnosis: Diagnosis, judged: Judged): DoctorFinding[] {
  const findings = [
    ...ofConfiguration(diagnosis, judged),
    ...ofPolicy(diagnosis),
    ...ofDatabase(diagnosis),
    ...ofClock(diagnosis),
    ...ofEvents(diagnosis),
    ...ofUnreadable(diagnosis),
    ...ofThinEvents(diagnosis),
    ...ofSimulator(diagnosis),
    ...ofBackfill(diagnosis),
    ...refusalFindings(diagnosis),
    ...ofSilence(diagnosis),
    ...ofTypes(diagnosis),
    ...diagnosis.asked.flatMap((asked) => destinationFindings(asked, judged)),
    ...ofPasswords(judged),
  ];
  return findings.sort((a, b) => Number(b.level === "wrong") - Number(a.level === "wrong"));
}

const warning = (code: string, message: string): DoctorFinding => ({ level: "warning", code, message });
const wrong = (code: string, message: string): DoctorFinding => ({ level: "wrong", code, message });

function ofPasswords({ plainPasswordsOf }: Judged): DoctorFinding[] {
  if (plainPasswordsOf.length === 0) return [];
  const whose = `CONSOLE_USERS has the password of ${plainPasswordsOf.join(", ")} as it is typed`;
  return [
    warning("plain_password", `${whose}; tallyhook hash-password prints what can stand there instead.`),
  ];
}

/** A key says whether it is of real money: one of the other mode than is let in asks for what is parked. */
export function keyModeFindings({ mode, keys }: Pick<Judged, "mode" | "keys">): DoctorFinding[] {
  return keys.flatMap(({ provider, mode: ofKey }) => {
    if (mode === "any" || ofKey === undefined || ofKey === mode) return [];
    const variable = setting(`${provider.toUpperCase()}_API_KEY`);
    const kind =
      ofKey === "live" ? "reads real money" : `is of ${provider === "paddle" ? "the sandbox" : "test mode"}`;
    const remedy = `Set the key of the ${mode === "live" ? "live account" : "test account"}, or the mode to ${ofKey}`;
    return [wrong("key_of_other_mode", `${setting("MODE")} is ${mode}, but ${variable} ${kind}. ${remedy}.`)];
  });
}

const noSecret = "No provider has a webhook secret";

function ofConfiguration(
  { eventTypes }: Diagnosis,
  { mode, hasSecret, hasApiKey, keys }: Judged,
): DoctorFinding[] {
  const isHeardOf = eventTypes.some(({ count }) => count > 0);
  return [
    ...(hasSecret
      ? []
      : [
          isHeardOf
            ? warning(
                "no_webhook_secret",
                `${noSecret} here: what arrives is taken by an app or server with settings of its own.`,
              )
            : wrong(
                "no_webhook_secret",
                `${noSecret}: every delivery is answered 503. Set ${setting("PADDLE_WEBHOOK_SECRET")} or ${setting("STRIPE_WEBHOOK_SECRET")}.`,
              ),
        ]),
    ...(hasApiKey ? [] : [warning("no_api_key", `${setting("API_KEYS")} is not set: /v1 answers 503.`)]),
    ...keyModeFindings({ mode, keys }),
    ...(mode === "any"
      ? [
          warning(
            "mode_any",
            `${setting("MODE")} is any: test events would be booked like live ones. Say live.`,
          ),
        ]
      : []),
  ];
}

function ofPolicy({ policy }: Diagnosis): DoctorFinding[] {
  const { version, inForce, warnings } = policy;
  const overtaken =
    version !== null && inForce !== null && version !== inForce
      ? [
          warning(
            "policy_overtaken",
            `${setting("POLICY_FILE")} is policy version ${version}, but another process put version ${inForce} in force since.`,
          ),
        ]
      : [];
  return [...overtaken, ...warnings.map((message) => warning("policy", message))];
}

function ofDatabase({ database }: Diagnosis): DoctorFinding[] {
  const { settings, pendingMigrations, unknownMigrations, migratesAtStart, damage } = database;
  const pending = `Migrations are pending: ${pendingMigrations.join(", ")}`;
  const unsafe = [
    ["journal_mode", ["wal", "memory"]],
    ["synchronous", ["full", "extra"]],
    ["synchronous_commit", ["on", "remote_apply", "remote_write", "local"]],
    ["fsync", ["on"]],
  ] as const;
  return [
    ...(pendingMigrations.length === 0
      ? []
      : migratesAtStart
        ? [warning("migrations_pending", `${pending}; the next start applies them.`)]
        : [wrong("migrations_pending", `${pending}. Run tallyhook migrate.`)]),
    ...(unknownMigrations.length === 0
      ? []
      : [
          warning(
            "migrations_unknown",
            `A newer version applied ${unknownMigrations.join(", ")}: upgrade this one.`,
          ),
        ]),
    ...(damage.length === 0
      ? []
      : [
          wrong(
            "database_damaged",
            `The file is damaged (${damage[0]}${damage.length > 1 ? `, and ${damage.length - 1} more` : ""}): restore a backup, then run tallyhook backfill.`,
          ),
        ]),
    ...unsafe.flatMap(([name, safe]) => {
      const is = settings[name];
      if (is === undefined || safe.some((value) => value === is)) return [];
      const message = `${name} is ${is}: a crash could lose events that were acknowledged. Set it to ${safe[0]}.`;
      return [wrong("not_durable", message)];
    }),
  ];
}

function ofClock({ clock: { smallestDelay, windowSeconds } }: Diagnosis): DoctorFinding[] {
  if (smallestDelay === null) return [];
  const seconds = Number(smallestDelay / 1_000_000n) / 1000;
  if (-smallestDelay > BigInt(windowSeconds) * second)
    return [
      wrong(
        "clock_behind",
        `Our clock is ${-seconds} s behind, more than the window, so signatures fail: let NTP set it.`,
      ),
    ];
  if (-smallestDelay > bearableSkew)
    return [warning("clock_behind", `Our clock is at least ${-seconds} s behind the provider's.`)];
  if (smallestDelay > BigInt(windowSeconds) * second)
    return [
      warning(
        "clock_unsure",
        `Every one of the last deliveries came over ${windowSeconds} s late: they were replayed, or our clock is ahead.`,
      ),
    ];
  return [];
}

function ofEvents({ now, openEvents, openDiscrepancies }: Diagnosis): DoctorFinding[] {
  const remedies: Readonly<Record<string, string>> = {
    failed: "they are tried again with growing pauses; the log has the errors",
    parked:
      "read their reasons (GET /v1/events?outcome=parked), then retry them after a fix, or dismiss what is none of yours",
    waiting: "they wait for documents that have not come in three days; fetch or redeliver those",
  };
  const stuck = openEvents.filter(
    ({ name, oldestAt }) => name !== "waiting" || now - oldestAt > waitsTooLong,
  );
  return [
    ...stuck.map(({ name, count }) =>
      wrong(`events_${name}`, `Events ${name}: ${count}; ${remedies[name]}.`),
    ),
    ...openDiscrepancies.flatMap(({ name, count, due }) => [
      ...(due === 0n
        ? []
        : [(fromBefore.has(name) ? warning : wrong)("discrepancies_open", openText(due, name))]),
      ...(due === count
        ? []
        : [warning("discrepancies_not_due", `${openText(count - due, name)} Not due yet.`)]),
    ]),
  ];
}

/** Where a provider's new version is the reason, all of that version are unreadable: that says where to look. */
function ofUnreadable({ unreadable }: Diagnosis): DoctorFinding[] {
  if (unreadable.length === 0) return [];
  const of = unreadable.map(({ provider, apiVersion, count }) =>
    [provider, apiVersion, String(count)].filter((word) => word !== null).join(" "),
  );
  const remedy = "Where a version is newer than this release, upgrade and retry them";
  return [
    warning("events_unreadable", `Parked for what is in them, by API version: ${of.join(", ")}. ${remedy}.`),
  ];
}

const openText = (count: bigint, kind: string): string =>
  `Open discrepancies: ${count} ${kind} (GET /v1/discrepancies?status=open).`;

/** What disagrees as a matter of course where business went on before we listened. */
const fromBefore: ReadonlySet<string> = new Set(["credit_source_unknown"]);

function ofThinEvents({ thinWithoutKey: count }: Diagnosis): DoctorFinding[] {
  if (count === 0) return [];
  const remedy = `Set ${setting("STRIPE_API_KEY")}, then they are asked for by themselves`;
  return [wrong("thin_without_key", `Stripe's events that only name their object: ${count}. ${remedy}.`)];
}

function ofSimulator({ simulatedBooked: count }: Diagnosis): DoctorFinding[] {
  if (count === 0) return [];
  const remedy = `nobody paid them. ${setting("MODE")} live parks them`;
  return [warning("simulated_booked", `Events of Paddle's simulator that were booked: ${count}; ${remedy}.`)];
}

/** What its key does not get is said of the key. */
function ofBackfill({ unreadLists, asked }: Diagnosis): DoctorFinding[] {
  const said = (list: Diagnosis["unreadLists"][number]) =>
    asked.some(
      ({ provider, problem, unreadable }) =>
        provider === list.provider &&
        (problem?.code === "unauthenticated" || unreadable.some((one) => one.list === list.kind)),
    );
  return unreadLists
    .filter((list) => !said(list))
    .map(({ provider, account, kind, problem }) => {
      const what = `The last backfill could not read ${provider}'s ${kind} of ${account} (${problem})`;
      // Whoever is away or busy is asked again by whichever backfill comes next.
      return /^(?:unavailable|timed_out|rate_limited):/.test(problem ?? "")
        ? warning("backfill_incomplete", `${what}. The next one goes on with it.`)
        : wrong("backfill_incomplete", `${what}. Mend that, then run tallyhook backfill.`);
    });
}

/**
 * Of what was refused lately. It is over where the reason is another now, and deliveries were accepted since; but where one of
 * two destinations has another secret, the other one's are accepted all the time.
 */
export function refusalFindings({
  now,
  refused,
  paces,
}: Pick<Diagnosis, "now" | "refused" | "paces">): DoctorFinding[] {
  const acceptedAt = (provider: string) =>
    paces.reduce(
      (last, pace) => (pace.provider === provider && pace.lastReceivedAt > last ? pace.lastReceivedAt : last),
      0n,
    );
  return refused
    .filter(({ lastAt }) => now - lastAt < waitsTooLong)
    .map((one) => {
      const { provider, code, count, firstAt, lastAt, isUnderTheseSecrets } = one;
      const isOver =
        !isUnderTheseSecrets ||
        (acceptedAt(provider) > lastAt &&
          (code !== "signature_mismatch" || now - lastAt > waitsTooLong / 3n));
      const remedy = refusalRemedies[code]?.(setting(`${provider.toUpperCase()}_WEBHOOK_SECRET`));
      const what = count === 1n ? "One delivery" : `${count} deliveries`;
      const were = count === 1n ? "was" : "were";
      const when = `refused since ${formatInstant(firstAt)}, the last at ${formatInstant(lastAt)}: ${code}`;
      const after = isUnderTheseSecrets
        ? `${remedy ?? strangersMay}. ${sentAgain}`
        : "The secrets are others since: restart a server that still runs with those, and see whether it goes on";
      const say = isOver || remedy === undefined ? warning : wrong;
      return say("deliveries_refused", `${what} to /webhooks/${provider} ${were} ${when}. ${after}.`);
    });
}

/** By what a delivery was answered, of what can be done about. */
const refusalRemedies: Readonly<Record<string, (variable: string) => string>> = {
  signature_mismatch: (variable) =>
    `Compare ${variable} with the secret that the destination has at the provider (of several destinations all, with commas between them)`,
  signature_expired: () => "Let NTP set our clock",
  provider_not_configured: (variable) => `Set ${variable}`,
  body_already_parsed: () => "Mount the webhook handler before any body parser",
  body_encoded: () => "Let no proxy compress what comes in",
};

const strangersMay =
  "Whoever sent them may be a stranger; the provider's own log of deliveries knows its own";
const sentAgain =
  "The provider sends again what was refused for some days; what is older is fetched by tallyhook backfill";

function ofSilence({ now, paces }: Diagnosis): DoctorFinding[] {
  return paces
    .filter(({ isSilent }) => isSilent)
    .map(({ provider, account, lastReceivedAt }) => {
      const hours = (now - lastReceivedAt) / (3600n * second);
      const message =
        `${provider} has sent nothing for ${account} in ${hours} hours, twice as long as it ever paused in thirty days: ` +
        "look whether its destination is switched off, then run tallyhook backfill.";
      return wrong("provider_silent", message);
    });
}

/** Whoever said itself what it sends needs no guess. */
function ofTypes({ eventTypes, asked }: Diagnosis): DoctorFinding[] {
  if (eventTypes.every(({ count }) => count === 0))
    return [warning("nothing_arrived", "No event has arrived yet.")];
  const said = new Set<string>(
    asked.filter(({ problem }) => problem === null).map(({ provider }) => provider),
  );
  const missing = eventTypes.filter(
    ({ provider, expected, count }) => expected && count === 0 && !said.has(provider),
  );
  if (missing.length === 0) return [];
  const types = missing.map(({ provider, type }) => `${provider} ${type}`).join(", ");
  return [warning("types_never_arrived", `Never arrived, so perhaps not subscribed to: ${types}.`)];
}

/** What a provider says of where it sends its events, held against what the books need. */
export function destinationFindings(asked: AskedDestinations, judged: JudgedDestinations): DoctorFinding[] {
  return [...ofKey(asked), ...ofDestinations(asked, judged)];
}

/** A list that is not read is silently left out of the books: of all that a key lacks, each is named. */
function ofKey({ provider, problem, unreadable }: AskedDestinations): DoctorFinding[] {
  const variable = setting(`${provider.toUpperCase()}_API_KEY`);
  const refused = problem?.code === "unauthenticated" ? problem.detail : undefined;
  if (refused !== undefined)
    return [wrong("key_refused", `${provider} refuses ${variable}: set one that is valid. ${refused}`)];
  const [lacking, others] = [true, false].map((lacks) =>
    unreadable.filter(({ code }) => (code === "forbidden") === lacks),
  ) as [UnreadableList[], UnreadableList[]];
  const needed = lacking.filter(({ list }) => list !== ownAccountList);
  const account = lacking.filter(({ list }) => list === ownAccountList);
  return [
    ...(needed.length === 0
      ? []
      : [
          wrong(
            "key_may_not_read",
            `${variable} may not read ${listsOf(needed)}: give it ${permissionsOf(needed)} (or look whether it is revoked). ` +
              "Until then backfill, reconcile and what is looked up lack them.",
          ),
        ]),
    ...(account.length === 0
      ? []
      : [
          warning(
            "key_may_not_read_account",
            `${variable} may not read the account that it is of (${permissionsOf(account)}): ` +
              "thin events that name their account wait.",
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          warning(
            "lists_unknown",
            `${provider} could not be asked for ${listsOf(others)} (${others[0]?.code}: ${others[0]?.detail}).`,
          ),
        ]),
  ];
}

/** Only events that name their account need it, and not every restricted key can be given it. */
const ownAccountList = "account";

const listsOf = (unreadable: readonly UnreadableList[]): string =>
  unreadable.map(({ list }) => list).join(", ");

const permissionsOf = (unreadable: readonly UnreadableList[]): string =>
  [...new Set(unreadable.map(({ permission }) => permission))].join(", ");

/** Where a provider should send to; `null`: nobody said. */
export function addressWanted(provider: OwnProvider, publicUrl: string | null): string | null {
  return publicUrl === null ? null : `${publicUrl.replace(/\/$/, "")}/webhooks/${provider}`;
}

function ofDestinations(
  { provider, destinations, subscriptions, newestVersion, problem, unreadable }: AskedDestinations,
  { mode, publicUrl }: JudgedDestinations,
): DoctorFinding[] {
  if (problem !== null) {
    const isSaid =
      problem.code === "unauthenticated" || unreadable.some(({ detail }) => detail === problem.detail);
    if (isSaid) return [];
    const why = `${problem.code}: ${problem.detail}`;
    return [
      warning("destinations_unknown", `${provider} could not be asked where it sends events (${why}).`),
    ];
  }
  const wanted = addressWanted(provider, publicUrl);
  const ours = wanted === null ? destinations : destinations.filter(({ url }) => url === wanted);
  if (ours.length === 0)
    return [wrong("destination_missing", missingText(provider, { wanted, destinations }))];
  const active = ours.filter(({ isActive }) => isActive);
  if (active.length === 0)
    return [
      wrong(
        "destination_disabled",
        `${provider} has switched off ${urlsOf(ours)}: nothing is sent. Enable it.`,
      ),
    ];
  return [
    ...ours
      .filter(({ isActive }) => !isActive)
      .map(({ url }) => warning("destination_disabled", `${provider} has switched off ${url}.`)),
    ...ofSubscribed(provider, active, subscriptions),
    ...ofForm(provider, active, mode),
    ...ofVersions(provider, active, newestVersion),
    ...(wanted === null
      ? [
          warning(
            "destination_unjudged",
            `${provider} sends to ${urlsOf(active)}. PUBLIC_URL would say which is this.`,
          ),
        ]
      : []),
  ];
}

const urlsOf = (destinations: readonly Destination[]): string =>
  [...new Set(destinations.map(({ url }) => url))].join(", ");

function missingText(
  provider: string,
  { wanted, destinations }: { wanted: string | null; destinations: readonly Destination[] },
): string {
  if (wanted === null)
    return `${provider} sends events nowhere: make a destination (tallyhook events ${provider}).`;
  const known = destinations.length === 0 ? "nowhere" : `to ${urlsOf(destinations)}`;
  return `${provider} does not send to ${wanted}, but ${known}: make a destination, or set PUBLIC_URL right.`;
}

function ofSubscribed(
  provider: string,
  active: readonly Destination[],
  subscriptions: readonly string[],
): DoctorFinding[] {
  const missing = subscriptions.filter((type) =>
    active.every(({ eventTypes }) => eventTypes !== null && !eventTypes.includes(type)),
  );
  const message = `${provider} is not subscribed to ${missing.join(", ")}: subscribe, then run tallyhook backfill.`;
  return [
    ...(missing.length === 0 ? [] : [wrong("destination_types_missing", message)]),
    ...active.flatMap(({ url, eventTypes }) => {
      const madeUpFor = subscriptions.filter(
        (type) => eventTypes !== null && !eventTypes.includes(type) && !missing.includes(type),
      );
      if (madeUpFor.length === 0) return [];
      const lacks = `One of ${provider}'s destinations, at ${url}, is not subscribed to ${madeUpFor.join(", ")}`;
      return [warning("destination_types_elsewhere", `${lacks}; another one makes up for it.`)];
    }),
  ];
}

/** Bodies are read by the fields that they have, but nobody has seen those of a version that came later. */
function ofVersions(
  provider: string,
  active: readonly Destination[],
  newestVersion: string,
): DoctorFinding[] {
  return active.flatMap(({ url, apiVersion }) => {
    if (apiVersion === null || !isNewer(apiVersion, newestVersion)) return [];
    const known = `the newest that this version of tallyhook knows is ${newestVersion}`;
    const message = `${provider} sends its API version ${apiVersion} to ${url}; ${known}.`;
    return [warning("destination_version", `${message} Choose that one, or upgrade.`)];
  });
}

/** Stripe names its versions by their days, Paddle counts them. */
function isNewer(version: string, than: string): boolean {
  const [one, other] = [version, than].map((name) => name.split(".", 1)[0] ?? "");
  return /^\d{4}-/.test(than) ? String(one) > String(other) : Number(one) > Number(other);
}

function ofForm(provider: string, active: readonly Destination[], mode: string): DoctorFinding[] {
  return active.flatMap(({ url, traffic }) => [
    ...(traffic === "simulation"
      ? [wrong("destination_simulated", `${provider} sends only its simulator's events to ${url}.`)]
      : []),
    ...(traffic === "all" && mode === "live"
      ? [
          warning(
            "destination_simulated",
            `${provider} sends its simulator's events to ${url}, too; they are parked.`,
          ),
        ]
      : []),
  ]);
}
