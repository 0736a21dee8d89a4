import { styleText } from "node:util";
import { formatInstant, type Instant } from "../../domain/time.ts";
import type { ArrivedType, Diagnosis, OpenCount } from "../../services/running/diagnose.ts";
import type { DoctorFinding } from "../../services/running/findings.ts";
import type { ShownSetting } from "./doctor-settings.ts";
import { table } from "./output.ts";

export function describeSettings(settings: readonly ShownSetting[]): string {
  return table(
    ["setting", "value", "from"],
    settings.map(({ name, variable = name, value, from }) => [variable, value, from]),
  );
}

export function describeDiagnosis(diagnosis: Diagnosis): string {
  const { policy, database, clock } = diagnosis;
  const version = policy.version === null ? "not in force yet" : `version ${policy.version}`;
  const engine = Object.entries(database.settings).map(([name, value]) => `${name} ${value}`);
  const migrations =
    database.pendingMigrations.length === 0
      ? "migrations up to date"
      : `${database.pendingMigrations.length} migrations pending`;
  const facts = [
    ["policy", `${version}; ${policy.stored.length} stored`],
    ["database", [database.engine, "reachable", migrations, ...engine].join(", ")],
    ["work", describeWork(diagnosis)],
    ["clock", describeClock(clock)],
  ];
  return [
    table(["of", "is"], facts),
    table(["event type", "arrived", "last"], diagnosis.eventTypes.map(typeRow), ["arrived"]),
    ...openTable("open events", diagnosis.openEvents),
    ...openTable("open discrepancies", diagnosis.openDiscrepancies),
  ].join("\n");
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

function typeRow({ provider, type, expected, count, lastReceivedAt }: ArrivedType): string[] {
  const never = expected ? "never" : "–";
  return [
    `${provider} ${type}`,
    String(count),
    lastReceivedAt === null ? never : formatInstant(lastReceivedAt),
  ];
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
