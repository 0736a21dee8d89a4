import { postAll } from "../post.ts";
import type { Case } from "./cases.ts";
import type { Difference } from "./differences.ts";
import { readGolden } from "./golden.ts";
import { outcomeDifferences } from "./replay-remote.ts";
import type { Say } from "./sign-of-life.ts";
import type { DeliveryReply, Target } from "./target.ts";

/** A case, what its events were answered, and what of that was not expected. */
export interface DemoPost {
  readonly name: string;
  readonly events: readonly DeliveryReply[];
  readonly differences: readonly Difference[];
}

/**
 * Posts every case to one server: an event that an earlier case has brought is a duplicate there, and a refund may find
 * the charge it waits for alone. Cases with a policy of their own are left out, for the server has only one.
 */
export async function postFixtures(target: Target, cases: readonly Case[], say: Say): Promise<DemoPost[]> {
  const posts: DemoPost[] = [];
  const fitting = cases.filter(({ policyFile }) => policyFile === null);
  for (const recorded of fitting) {
    say(`${posts.length + 1} of ${fitting.length}`);
    const [events = []] = await postAll(target, recorded.events, { shuffleSeed: null, repeat: 1 });
    const golden = readGolden(recorded);
    const differences =
      golden === undefined
        ? [{ path: "golden file", expected: "present", actual: "absent" }]
        : outcomeDifferences(golden.events, events);
    posts.push({ name: recorded.name, events, differences });
  }
  return posts;
}
