import type { Diagnosis } from "./diagnose.ts";

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
}

const second = 1_000_000_000n;
const bearableSkew = 5n * second;
/** Providers send again for three days: what has not come by then will not come by itself. */
const waitsTooLong = 3n * 24n * 3600n * second;

/** What of a diagnosis is wrong or suspicious, the worst first. */
export function findingsOf(diagnosis: Diagnosis, judged: Judged): DoctorFinding[] {
  const findings = [
    ...ofConfiguration(judged),
    ...ofPolicy(diagnosis),
    ...ofDatabase(diagnosis),
    ...ofClock(diagnosis),
    ...ofEvents(diagnosis),
    ...ofSimulator(diagnosis),
    ...ofTypes(diagnosis),
  ];
  return findings.sort((a, b) => Number(b.level === "wrong") - Number(a.level === "wrong"));
}

const warning = (code: string, message: string): DoctorFinding => ({ level: "warning", code, message });
const wrong = (code: string, message: string): DoctorFinding => ({ level: "wrong", code, message });

function ofConfiguration({ mode, hasSecret, hasApiKey }: Judged): DoctorFinding[] {
  return [
    ...(hasSecret
      ? []
      : [
          wrong(
            "no_webhook_secret",
            "No provider has a webhook secret: every delivery is answered 503. Set PADDLE_WEBHOOK_SECRET or STRIPE_WEBHOOK_SECRET.",
          ),
        ]),
    ...(hasApiKey ? [] : [warning("no_api_key", "API_KEYS is not set: /v1 answers 503.")]),
    ...(mode === "any"
      ? [warning("mode_any", "MODE is any: test events would be booked like live ones. Say MODE=live.")]
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
            `POLICY_FILE is policy version ${version}, but another process put version ${inForce} in force since.`,
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
    parked: "read their reasons (GET /v1/events?outcome=parked), then retry them after a fix",
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

const openText = (count: bigint, kind: string): string =>
  `Open discrepancies: ${count} ${kind} (GET /v1/discrepancies?status=open).`;

/** What disagrees as a matter of course where business went on before we listened. */
const fromBefore: ReadonlySet<string> = new Set(["credit_source_unknown"]);

function ofSimulator({ simulatedBooked: count }: Diagnosis): DoctorFinding[] {
  if (count === 0) return [];
  const remedy = "nobody paid them. MODE=live parks them";
  return [warning("simulated_booked", `Events of Paddle's simulator that were booked: ${count}; ${remedy}.`)];
}

function ofTypes({ eventTypes }: Diagnosis): DoctorFinding[] {
  if (eventTypes.every(({ count }) => count === 0))
    return [warning("nothing_arrived", "No event has arrived yet.")];
  const missing = eventTypes.filter(({ expected, count }) => expected && count === 0);
  if (missing.length === 0) return [];
  const types = missing.map(({ type }) => type).join(", ");
  return [warning("types_never_arrived", `Never arrived, so perhaps not subscribed to: ${types}.`)];
}
