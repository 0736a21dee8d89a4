import type { PlantedBreak } from "../../simulator/breaks/planted-break.ts";
import type { Disagreement } from "../../simulator/comparison.ts";
import type { Outcomes } from "../../simulator/deliver.ts";
import type { Deliveries } from "../../simulator/faults.ts";
import type { World } from "../../simulator/world.ts";

/** What became of a simulated world; `null` where nothing was posted, or compared. */
export interface SimulateReport {
  readonly events: number;
  readonly sent: number;
  readonly dropped: number;
  readonly charges: number;
  readonly movements: number;
  readonly wallets: number;
  readonly usage: number;
  readonly breaks: number;
  readonly outcomes: Readonly<Record<string, number>> | null;
  readonly usage_outcomes: Readonly<Record<string, number>> | null;
  readonly disagreements: readonly Disagreement[] | null;
}

export interface Simulated {
  readonly deliveries: Deliveries;
  readonly planted: readonly PlantedBreak[];
  readonly outcomes: Outcomes | null;
  readonly usageOutcomes: Outcomes | null;
  readonly disagreements: readonly Disagreement[] | null;
}

export function reportOf(
  { emissions, truth, usage }: World,
  { deliveries, planted, outcomes, usageOutcomes, disagreements }: Simulated,
): SimulateReport {
  const { sent, dropped } = deliveries;
  return {
    events: emissions.length,
    sent: sent.length,
    dropped: dropped.length,
    charges: truth.charges.length,
    movements: truth.movements.length,
    wallets: truth.wallets.length,
    usage: usage.length,
    breaks: planted.length,
    outcomes: counted(outcomes),
    usage_outcomes: counted(usageOutcomes),
    disagreements,
  };
}

function counted(outcomes: Outcomes | null): Readonly<Record<string, number>> | null {
  return outcomes === null ? null : Object.fromEntries([...outcomes].sort());
}

/** A terminal holds no more; `--json` has them all. */
const mostLines = 50;

export function describeReport(report: SimulateReport): string {
  const { events, sent, dropped, charges, movements, wallets, usage, breaks, disagreements } = report;
  const lines = [
    `A world of ${events} events: ${charges} charges, ${movements} movements, ${wallets} wallets; used ${usage} times.`,
    `Deliveries: ${sent}; events that never arrive: ${dropped}.`,
  ];
  if (breaks > 0) lines.push(`Made wrong on purpose: ${breaks}.`);
  if (report.outcomes !== null) lines.push(`Answered: ${describeCounts(report.outcomes)}.`);
  if (report.usage_outcomes !== null) lines.push(`Usage: ${describeCounts(report.usage_outcomes)}.`);
  if (disagreements?.length === 0) lines.push("The server's books are the true ones, to the last unit.");
  else if (disagreements !== null)
    lines.push(`WRONG: ${disagreements.length} disagreements with the true books.`);
  return [...lines, ...(disagreements ?? []).slice(0, mostLines).map(describeDisagreement)].join("\n");
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([outcome, times]) => `${outcome} ${times}`)
    .join(", ");
}

function describeDisagreement({ about, field, is, should }: Disagreement): string {
  return `  ${about}${field === "" ? "" : `.${field}`}: is ${is}, should be ${should}`;
}
