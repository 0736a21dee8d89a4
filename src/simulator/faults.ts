import type { Emission } from "./emission.ts";
import type { Random } from "./random.ts";

export const faultNames = ["drop", "duplicate", "reorder", "delay"] as const;
export type FaultName = (typeof faultNames)[number];

/** How probable each fault is for one event, 0 to 1. */
export type Faults = Readonly<Partial<Record<FaultName, number>>>;

/** What a bad day looks like, where a fault is named without a probability. */
export const usualFaults: Readonly<Record<FaultName, number>> = {
  drop: 0.05,
  duplicate: 0.1,
  reorder: 0.3,
  delay: 0.05,
};

/** How many deliveries later something comes, at least and at most. */
const spans = { reorder: [1, 30], duplicate: [1, 300], delay: [200, 2000] } as const;

export interface Deliveries {
  /** In the order they are posted. */
  readonly sent: readonly Emission[];
  /** What never arrives: the provider gave up. */
  readonly dropped: readonly Emission[];
}

export function withFaults(emissions: readonly Emission[], faults: Faults, random: Random): Deliveries {
  const happens = (fault: FaultName) => random.chance(faults[fault] ?? 0);
  const dropped: Emission[] = [];
  const placed: { readonly place: number; readonly emission: Emission }[] = [];
  for (const [index, emission] of emissions.entries()) {
    if (happens("drop")) {
      dropped.push(emission);
      continue;
    }
    const late = (fault: keyof typeof spans) => {
      const [least, most] = spans[fault];
      return happens(fault) ? random.integer(least, most) : 0;
    };
    const place = index + late("reorder") + late("delay");
    placed.push({ place, emission });
    const again = late("duplicate");
    if (again > 0) placed.push({ place: place + again, emission });
  }
  return { sent: placed.toSorted((a, b) => a.place - b.place).map(({ emission }) => emission), dropped };
}
