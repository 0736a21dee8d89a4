import type { Test } from "@jest/test-result";
import imported from "@jest/test-sequencer";

/** The package has two forms, and types of one of them: what is imported is the class. */
const Sequencer = imported as unknown as typeof imported.default;

/** What takes longest, longest first: begun last, one of them alone would keep the run from ending. Others by their size. */
const longest = [
  "cli/demo",
  "console/questions",
  "cli/serve",
  "http/answers",
  "cli/fixtures",
  "documents/readme",
  "console/routes",
  "packed",
  "services/backfill/thin",
  "services/reconciling/life",
  "simulator/backfill",
  "simulator/managed",
  "cli/early-end",
  "console/finance-questions",
  "store/hanging",
  "console/page-threads",
  "store/concurrency",
  "http/bodies",
  "cli/locked",
  "cli/usage",
];

export default class LongestFirst extends Sequencer {
  override sort(tests: Test[]): Test[] {
    const place = ({ path }: Test) => {
      const found = longest.findIndex((name) => path.replaceAll("\\", "/").endsWith(`/test/${name}.test.ts`));
      return found === -1 ? longest.length : found;
    };
    return (super.sort(tests) as Test[]).sort((a, b) => place(a) - place(b));
  }
}
