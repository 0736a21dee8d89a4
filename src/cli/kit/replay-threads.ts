import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { PostOptions } from "../post.ts";
import type { Case } from "./cases.ts";
import { type CaseResult, type ReplayOptions, replayCase, replayTo } from "./replaying.ts";
import type { Target } from "./target.ts";

/** What a thread is told to do next, and what it answers: `null` where the case broke off. */
export interface ThreadTask {
  readonly recorded: Case;
  readonly options: ReplayOptions;
}
export type ThreadAnswer = CaseResult | null;

export interface Progress {
  /** What was not begun when it aborts is left out of the results. */
  readonly stopping: AbortSignal;
  /** Told how many are done. */
  readonly told: (done: number) => void;
}

/** A thread needs about a second to load what a case needs: with fewer cases for each it would not be made good. */
const casesWorthAThread = 20;

/** Replays cases side by side, each on a server and a database of its own; what they led to, in the order of the cases. */
export async function replayCases(
  cases: readonly Case[],
  options: ReplayOptions,
  progress: Progress,
): Promise<CaseResult[]> {
  const here: Replay = (recorded) => replayCase(recorded, options);
  const threads = Math.min(availableParallelism(), Math.floor(cases.length / casesWorthAThread));
  if (threads < 2) return inLanes(cases, [(work) => work(here)], progress);
  const lane: Lane = (work) =>
    onThread((thread) =>
      // What broke off there breaks off here too, as the error it is.
      work(async (recorded) => (await thread({ recorded, options })) ?? here(recorded)),
    );
  return inLanes(cases, Array<Lane>(threads).fill(lane), progress);
}

/** Replays cases one after the other to a server that runs elsewhere. */
export function replayCasesTo(
  target: Target,
  cases: readonly Case[],
  options: PostOptions,
  progress: Progress,
): Promise<CaseResult[]> {
  return inLanes(cases, [(work) => work((recorded) => replayTo(target, recorded, options))], progress);
}

type Replay = (recorded: Case) => Promise<CaseResult>;
/** Gives its way of replaying to the work there is, until there is no more. */
type Lane = (work: (replay: Replay) => Promise<void>) => Promise<void>;

async function inLanes(
  cases: readonly Case[],
  lanes: readonly Lane[],
  { stopping, told }: Progress,
): Promise<CaseResult[]> {
  const results: (CaseResult | undefined)[] = cases.map(() => undefined);
  const next = cases.entries();
  let done = 0;
  let isBroken = false;
  const work = async (replay: Replay) => {
    while (!stopping.aborted && !isBroken) {
      const { value } = next.next();
      if (value === undefined) return;
      const [index, recorded] = value;
      results[index] = await replay(recorded);
      told(++done);
    }
  };
  const breakOff = (error: unknown) => {
    isBroken = true;
    throw error;
  };
  await Promise.all(lanes.map((lane) => lane(work).catch(breakOff)));
  return results.filter((result) => result !== undefined);
}

async function onThread(
  use: (thread: (task: ThreadTask) => Promise<ThreadAnswer>) => Promise<void>,
): Promise<void> {
  // Beside this file, and like it TypeScript in a checkout's tests and JavaScript elsewhere.
  const file = new URL(`./replay-thread${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { execArgv: [] });
  const { promise: broken, reject } = Promise.withResolvers<never>();
  worker.once("error", reject);
  broken.catch(() => {});
  try {
    await use((task) => {
      const answer = new Promise<ThreadAnswer>((resolve) => worker.once("message", resolve));
      worker.postMessage(task);
      return Promise.race([answer, broken]);
    });
  } finally {
    await worker.terminate();
  }
}
