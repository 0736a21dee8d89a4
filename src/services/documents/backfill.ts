import { count, flag, list, object, text, time } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { BackfillProblem, KindReport, SourceReport } from "../backfill/backfill.ts";

const problem = answer<BackfillProblem>()("BackfillProblem", "Why a list was not read to its end.", () => ({
  code: text,
  detail: text,
}));

type ReadList = KindReport & Omit<SourceReport, "kinds">;

const readList = answer<ReadList>()(
  "ReadList",
  "A list of a provider's, and what was new in it.",
  (from) => ({
    provider: text,
    account: text,
    list: from(text, ({ kind }) => kind),
    coveredFrom: from(
      time.nullable.about("Null: from its beginning."),
      ({ covered }) => covered?.from ?? null,
    ),
    coveredTo: from(time.nullable, ({ covered }) => covered?.to ?? null),
    new: from(count.about("What was never delivered, and is applied now."), ({ counts }) => counts.new),
    known: from(count, ({ counts }) => counts.known),
    meaningless: from(count.about("What moves no money."), ({ counts }) => counts.meaningless),
    unreadable: from(
      count.about("What is parked: it cannot be understood."),
      ({ counts }) => counts.unreadable,
    ),
    problem: object(problem).nullable,
  }),
);

const listsOf = (reports: readonly SourceReport[]): ReadList[] =>
  reports.flatMap(({ kinds, ...of }) => kinds.map((kind) => ({ ...of, ...kind })));

/** What asking the providers came to; what the command line prints, too. */
export const backfillAnswer = answer<readonly SourceReport[]>()(
  "Backfill",
  "What providers were asked for, and what of it was new.",
  (from) => ({
    complete: from(flag.about("Whether every list was read to its end."), (reports) =>
      reports.every(({ kinds }) => kinds.every((kind) => kind.problem === null)),
    ),
    lists: from(list(object(readList)), listsOf),
  }),
);
