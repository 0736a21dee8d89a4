import { hash } from "node:crypto";
import type { RecordedEvent } from "./kit/cases.ts";
import type { Difference } from "./kit/differences.ts";
import type { DeliveryReply, Target } from "./kit/target.ts";

/** The items in an order that a seed decides: the same on every machine. */
export function shuffled<Item>(items: readonly Item[], seed: string): Item[] {
  const rank = new Map(items.map((item, index) => [item, hash("sha256", `${seed} ${index}`, "hex")]));
  return [...items].sort((a, b) => ((rank.get(a) ?? "") < (rank.get(b) ?? "") ? -1 : 1));
}

export interface PostOptions {
  /** Posts in an order of its own; `null` keeps the order of the file. */
  readonly shuffleSeed: string | null;
  /** How often everything is posted. */
  readonly repeat: number;
}

/** What each event was answered, in the order of the file, one list for each time that everything was posted. */
export async function postAll(
  target: Target,
  events: readonly RecordedEvent[],
  { shuffleSeed, repeat }: PostOptions,
): Promise<readonly (readonly DeliveryReply[])[]> {
  const passes: DeliveryReply[][] = [];
  for (let pass = 0; pass < repeat; pass += 1) {
    const answers = new Map<RecordedEvent, DeliveryReply>();
    const order = shuffleSeed === null ? events : shuffled(events, `${shuffleSeed} ${pass}`);
    for (const event of order) answers.set(event, await target.post(event));
    passes.push(events.map((event) => answers.get(event) as DeliveryReply));
  }
  return passes;
}

/** What was answered otherwise than `duplicate` though the event had happened. Open ones are tried again each time. */
export function unexpectedRepeats(passes: readonly (readonly DeliveryReply[])[]): Difference[] {
  const [first = [], ...rest] = passes;
  return rest.flatMap((answers, pass) =>
    answers.flatMap(({ outcome }, index) => {
      const before = first[index]?.outcome ?? "";
      const expected = ["parked", "failed", "refused"].includes(before) ? before : "duplicate";
      if (outcome === expected) return [];
      const path = `events[${index}].outcome when posted again (${pass + 2})`;
      return [{ path, expected: JSON.stringify(expected), actual: JSON.stringify(outcome) }];
    }),
  );
}
