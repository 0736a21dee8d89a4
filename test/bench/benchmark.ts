/** One side of a benchmark: brought up, run several times, taken down. */
export interface Side {
  /** One measured run; gives the figure in the benchmark's unit. */
  run(): Promise<number>;
  /** Where memory is measured too: how many bytes a run took at most. */
  readonly peakMemory?: () => number;
  close(): Promise<void>;
}

export interface BenchmarkOptions {
  /** Fewer and shorter runs: whether it works, not how fast it is. */
  readonly quick: boolean;
}

/** Ours and what it is held against, measured in turn so that a machine that drifts slows both. */
export interface Benchmark {
  readonly name: string;
  readonly unit: string;
  /** Of one run: events, requests or rows. */
  readonly n: (options: BenchmarkOptions) => number;
  /** Of one that takes long: how many runs are enough. */
  readonly runs?: number;
  ours(options: BenchmarkOptions): Promise<Side>;
  baseline(options: BenchmarkOptions): Promise<Side>;
}

/** One line of `npm run bench -- --json`; `value` and `baseline` are medians, `ratio` is the median of the pairs' ratios. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
  readonly n: number;
  readonly runs: number;
  /** Megabytes that a run of ours took at most, where that is measured. */
  readonly peak_memory_mb?: number;
}

/** Runs both sides in turn, after one run of each that is not counted. */
export async function measure(benchmark: Benchmark, options: BenchmarkOptions): Promise<Figure> {
  const runs = options.quick ? 1 : (benchmark.runs ?? 5);
  const [ours, baseline] = [await benchmark.ours(options), await benchmark.baseline(options)];
  try {
    if (!options.quick) await inTurn(ours, baseline);
    const pairs: { ours: number; baseline: number }[] = [];
    for (let run = 0; run < runs; run++) pairs.push(await inTurn(ours, baseline));
    return {
      name: benchmark.name,
      value: rounded(median(pairs.map((pair) => pair.ours))),
      unit: benchmark.unit,
      baseline: rounded(median(pairs.map((pair) => pair.baseline))),
      ratio: rounded(median(pairs.map((pair) => pair.ours / pair.baseline))),
      n: benchmark.n(options),
      runs,
      ...(ours.peakMemory === undefined ? {} : { peak_memory_mb: rounded(ours.peakMemory() / 2 ** 20) }),
    };
  } finally {
    await ours.close();
    await baseline.close();
  }
}

async function inTurn(ours: Side, baseline: Side): Promise<{ ours: number; baseline: number }> {
  return { ours: await ours.run(), baseline: await baseline.run() };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
