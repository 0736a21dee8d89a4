import { styleText } from "node:util";
import { type Environment, readEnvironment, settingOf } from "../config.ts";
import { ConfigurationError } from "../domain/errors.ts";
import { formatInstant, type Instant } from "../domain/time.ts";
import { isHashed } from "../services/people/passwords.ts";
import { type ArrivedType, type Diagnosis, diagnose, type OpenCount } from "../services/running/diagnose.ts";
import {
  addressWanted,
  type DoctorFinding,
  destinationFindings,
  doctorFindings,
  type Judged,
} from "../services/running/findings.ts";
import { inspect, keyModesOf } from "../tallyhook.ts";
import { command, exitCode, jsonOption, readConfiguration } from "./kit/command.ts";
import { print, printJson, table } from "./kit/output.ts";
import { whileWorking } from "./kit/sign-of-life.ts";

/** A variable of the environment as a person may see it. */
export interface ShownSetting {
  readonly name: string;
  /** The one that says so, where it has our prefix: `TALLYHOOK_<name>`. */
  readonly variable?: string;
  /** Never a secret: those are only counted. */
  readonly value: string;
  readonly from: "environment" | ".env" | "default";
}

type Form = "plain" | "secret" | "list" | "url";

const settings: readonly (readonly [name: string, form: Form, fallback: string])[] = [
  ["HOST", "plain", "127.0.0.1"],
  ["PORT", "plain", "8787"],
  ["DATABASE_URL", "url", "sqlite:./data/tallyhook.db"],
  ["DATABASE_SCHEMA", "plain", "not set (public)"],
  ["DATABASE_POOL", "plain", "16"],
  ["INSTALLATION_KEY", "secret", "not set (the database keeps its own)"],
  ["MIGRATE", "plain", "on"],
  ["WORKERS", "plain", "on"],
  ["PADDLE_WEBHOOK_SECRET", "list", "not set"],
  ["PADDLE_API_KEY", "secret", "not set"],
  ["PADDLE_API_URL", "url", "Paddle's own"],
  ["STRIPE_WEBHOOK_SECRET", "list", "not set"],
  ["STRIPE_API_KEY", "secret", "not set"],
  ["STRIPE_API_URL", "url", "Stripe's own"],
  ["MODE", "plain", "any"],
  ["WEBHOOK_TOLERANCE_SECONDS", "plain", "300"],
  ["API_KEYS", "list", "not set"],
  ["CONSOLE_USERS", "list", "not set"],
  ["CONSOLE_ZONE", "plain", "UTC"],
  ["PUBLIC_URL", "url", "not set (addresses are shown, not judged)"],
  ["TRUST_PROXY", "plain", "not set (nobody's X-Forwarded-For counts)"],
  ["POLICY_FILE", "plain", "not set (the policy that was put in force last holds)"],
  ["OUTBOX_URL", "url", "not set"],
  ["OUTBOX_SECRET", "secret", "not set"],
  ["OUTBOX_ALLOW_PRIVATE", "plain", "off"],
  ["BACKFILL_EVERY_MINUTES", "plain", "not set (on request only)"],
  ["RECONCILE_EVERY_MINUTES", "plain", "not set (on request only)"],
  ["LOG_LEVEL", "plain", "info"],
  ["METRICS_KEY", "secret", "not set (open)"],
  ["TOKEN_SECRET", "list", "not set (no tokens)"],
  ["TOKEN_ORIGINS", "plain", "not set"],
];

/** Every setting, with where it comes from: the process's environment goes before `.env`. */
export function shownSettings(environment: Environment = process.env, file = ".env"): ShownSetting[] {
  const all = readEnvironment(file, environment);
  return settings.map(([name, form, fallback]) => {
    const set = settingOf(all, name);
    if (set === undefined) return { name, value: fallback, from: "default" };
    const { variable, text } = set;
    const from = environment[variable] ? "environment" : ".env";
    return { name, ...(variable === name ? {} : { variable }), value: shown(text, form), from };
  });
}

function shown(text: string, form: Form): string {
  switch (form) {
    case "plain":
      return text;
    case "secret":
      return "set";
    case "list":
      return `set (${text.split(",").length})`;
    case "url":
      return withoutSecrets(text);
    default:
      return form satisfies never;
  }
}

/** A URL can hold a password before its host, and a token behind its path. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text) || text.startsWith("sqlite:")) return text;
  const url = new URL(text);
  if (url.password !== "") url.password = "***";
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, "***");
  return url.href;
}

export function describeSettings(settings: readonly ShownSetting[]): string {
  return table(
    ["setting", "value", "from"],
    settings.map(({ name, variable = name, value, from }) => [variable, value, from]),
  );
}

export function describeDiagnosis(diagnosis: Diagnosis, judged: Pick<Judged, "mode" | "publicUrl">): string {
  const { policy, database, clock } = diagnosis;
  const engine = Object.entries(database.settings).map(([name, value]) => `${name} ${value}`);
  const migrations =
    database.pendingMigrations.length === 0
      ? "migrations up to date"
      : `${database.pendingMigrations.length} migrations pending`;
  const facts = [
    ["policy", describePolicy(policy)],
    ["database", [database.engine, "reachable", migrations, ...engine].join(", ")],
    ["work", describeWork(diagnosis)],
    ["clock", describeClock(clock)],
    ...rightDestinations(diagnosis, judged),
  ];
  return [
    table(["of", "is"], facts),
    ...arrivedTable(diagnosis.eventTypes),
    ...openTable("open events", diagnosis.openEvents),
    ...openTable("open discrepancies", diagnosis.openDiscrepancies),
  ].join("\n");
}

/** What is not right is a finding. */
function rightDestinations(
  { asked }: Diagnosis,
  judged: Pick<Judged, "mode" | "publicUrl">,
): (readonly [string, string])[] {
  return asked
    .filter((one) => destinationFindings(one, judged).length === 0)
    .map(({ provider, subscriptions }) => {
      const address = addressWanted(provider, judged.publicUrl) ?? "";
      const all = subscriptions.length;
      return [provider, `the destination is right, ${all} of ${all} events: ${address}`] as const;
    });
}

/** What holds, whoever put it in force: an app does without a file. */
function describePolicy({ version, inForce, stored, terms }: Diagnosis["policy"]): string {
  const { rules, default: otherwise, meters } = terms;
  const ruled =
    rules.length === 0 ? "every line" : `${rules.length} rule${rules.length === 1 ? "" : "s"}, else`;
  const words = `${ruled} ${otherwise.effect} by ${otherwise.basis}`;
  const keys = [...new Set(meters.map(({ key }) => key))];
  const metered =
    keys.length === 0 ? "no meters" : `meters ${keys.slice(0, 5).join(", ")}${keys.length > 5 ? ", …" : ""}`;
  const which =
    version === null ? "not in force yet" : `version ${version}${version === inForce ? ", in force" : ""}`;
  return [`${which}: ${words}`, metered, `${stored.length} stored`].join("; ");
}

/** Without anybody who works nothing expires, and nothing is retried or sent. */
function describeWork({ workedAt, now }: Diagnosis): string {
  if (workedAt === null) return "no process has worked on this database yet";
  return `a process worked ${Math.round(inSeconds(now - workedAt))} s ago`;
}

function describeClock({ deliveries, smallestDelay, windowSeconds }: Diagnosis["clock"]): string {
  const window = `window ±${windowSeconds} s`;
  if (smallestDelay === null) return `no delivery to compare with yet; ${window}`;
  return `the fastest of the last ${deliveries} deliveries took ${inSeconds(smallestDelay)} s by both clocks; ${window}`;
}

const inSeconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n) / 1000;

/** What never arrived is a note of its own. */
function arrivedTable(types: readonly ArrivedType[]): string[] {
  const rows = types.flatMap(({ provider, type, count, lastReceivedAt }) =>
    lastReceivedAt === null ? [] : [[`${provider} ${type}`, String(count), formatInstant(lastReceivedAt)]],
  );
  return rows.length === 0 ? [] : [table(["event type", "arrived", "last"], rows, ["arrived"])];
}

function openTable(title: string, counts: readonly OpenCount[]): string[] {
  if (counts.length === 0) return [];
  const rows = counts.map(({ name, count, oldestAt }) => [name, String(count), formatInstant(oldestAt)]);
  return [table([title, "count", "oldest"], rows, ["count"])];
}

/** In colour on a terminal, unless `NO_COLOR` is set. */
export function describeFindings(findings: readonly DoctorFinding[]): string {
  if (findings.length === 0) return styleText("green", "Everything is fine.");
  return findings
    .map(({ level, message }) =>
      level === "wrong"
        ? `${styleText(["red", "bold"], "WRONG:")} ${message}`
        : `${styleText("yellow", "note:")} ${message}`,
    )
    .join("\n");
}

export function documentOf(
  settings: readonly ShownSetting[],
  diagnosis: Diagnosis,
  findings: readonly DoctorFinding[],
) {
  const { policy, database, clock } = diagnosis;
  const time = (instant: Instant | null) => (instant === null ? null : formatInstant(instant));
  const open = (counts: readonly OpenCount[]) =>
    counts.map(({ name, count, oldestAt }) => ({ name, count: Number(count), oldest_at: time(oldestAt) }));
  return {
    ok: findings.every(({ level }) => level !== "wrong"),
    findings,
    settings,
    policy: {
      version: policy.version,
      in_force_version: policy.inForce,
      stored_versions: policy.stored,
      warnings: policy.warnings,
    },
    database: {
      engine: database.engine,
      reachable: true,
      pending_migrations: database.pendingMigrations,
      unknown_migrations: database.unknownMigrations,
      damage: database.damage,
      migrates_at_start: database.migratesAtStart,
      settings: database.settings,
    },
    worked_at: time(diagnosis.workedAt),
    clock: {
      now: time(diagnosis.now),
      deliveries: clock.deliveries,
      smallest_delay_seconds: clock.smallestDelay === null ? null : inSeconds(clock.smallestDelay),
      window_seconds: clock.windowSeconds,
    },
    event_types: diagnosis.eventTypes.map(({ lastReceivedAt, ...type }) => ({
      ...type,
      last_received_at: time(lastReceivedAt),
    })),
    simulated_booked: diagnosis.simulatedBooked,
    destinations: diagnosis.asked.flatMap(({ provider, destinations }) =>
      destinations.map(({ url, isActive, eventTypes, payload, apiVersion, traffic }) => ({
        provider,
        url,
        active: isActive,
        event_types: eventTypes ?? "all",
        payload,
        api_version: apiVersion,
        traffic,
      })),
    ),
    open_events: open(diagnosis.openEvents),
    open_discrepancies: open(diagnosis.openDiscrepancies),
  };
}

export const doctorCommand = command({
  description:
    "Says what is wrong and how this installation stands: settings, policy, database, clock, what arrived, what is open. " +
    "Changes nothing. Ends with 1 if there is something to be done; what is only to be known is 0.",
  options: { json: jsonOption },
  async run({ json }) {
    const config = readConfiguration();
    const settings = shownSettings();
    try {
      const diagnosis = await whileWorking("Looking into everything", () =>
        inspect(config, (services) => diagnose(services, { terms: config.policy, migrate: config.migrate })),
      );
      const judged: Judged = {
        mode: config.mode,
        hasSecret: Object.values(config.providers).some(({ secrets }) => secrets.length > 0),
        hasApiKey: config.apiKeys.length > 0,
        publicUrl: config.publicUrl,
        plainPasswordsOf: config.consoleUsers
          .filter(({ password }) => !isHashed(password))
          .map(({ name }) => name),
        keys: keyModesOf(config),
      };
      const findings = doctorFindings(diagnosis, judged);
      if (json) printJson(documentOf(settings, diagnosis, findings));
      else
        print(
          [describeFindings(findings), describeDiagnosis(diagnosis, judged), describeSettings(settings)].join(
            "\n",
          ),
        );
      return exitCodeOf(findings);
    } catch (error) {
      if (error instanceof ConfigurationError) describeMisconfigured(settings, error, json);
      throw error;
    }
  },
});

/** The settings are what a person needs to mend it. */
function describeMisconfigured(
  settings: readonly ShownSetting[],
  { code, message }: ConfigurationError,
  asJson: boolean,
): void {
  const findings: DoctorFinding[] = [{ level: "wrong", code, message }];
  if (asJson) printJson({ ok: false, findings, settings });
  else print([describeFindings(findings), describeSettings(settings)].join("\n"));
}

function exitCodeOf(findings: readonly DoctorFinding[]): number {
  return findings.some(({ level }) => level === "wrong") ? exitCode.wrong : exitCode.right;
}
